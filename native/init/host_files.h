// What of the host stays in reach where the root is moved instead of pivoted.
#pragma once
#include "context.h"

namespace runts::init {

// Takes every whole procfs and sysfs outside of the root descriptor out of the mount namespace, or covers it.
// While one is there, the kernel lets a container with a user namespace mount its own without the host's
// masks.
Result hide_host_files(Context &context);

}  // namespace runts::init
