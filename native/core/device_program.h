// Device access by eBPF (BPF_PROG_TYPE_CGROUP_DEVICE).
#pragma once
#include "../plan/steps.gen.h"
#include "status.h"

namespace runts::core {

// Compiles the rules, loads the program (or takes the one loaded before for the same rules) and attaches it
// to the cgroup in place of the one that runts attached earlier; programs of others, such as systemd's, stay.
Status set_device_rules(const plan::CgroupDevices &step, int cgroup_dir);

}  // namespace runts::core
