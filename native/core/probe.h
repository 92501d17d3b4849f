// What this machine can do, found out by native/probe in a process of its own.
#pragma once
#include <string>
#include <vector>

#include "status.h"

namespace runts::core {

// Runs the probe program with these arguments and gives what it prints (native/probe/try.h says how).
Status probe_machine(const std::vector<std::string> &arguments, std::string &answer);

}  // namespace runts::core
