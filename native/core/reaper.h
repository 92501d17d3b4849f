// One thread that waits for the ends of all watched processes.
#pragma once
#include <functional>
#include <optional>

#include "../sys/fd.h"
#include "spawn.h"

namespace runts::core {

// Calls back once on the reaper's thread when the process has ended and is reaped; nothing if it is no child
// of ours.
void watch(Fd pidfd, std::function<void(std::optional<Ending>)> ended);

}  // namespace runts::core
