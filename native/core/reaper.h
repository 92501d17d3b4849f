// Waits for the ends of processes.
#pragma once
#include <functional>
#include <optional>

#include "../sys/fd.h"
#include "spawn.h"

namespace runts::core {

// Calls back once when the process has ended, and if it is a child of ours is reaped, at once or on the watch's thread;
// nothing where its status is its parent's alone.
void await_end(Fd pidfd, std::function<void(std::optional<Ending>)> ended);

}  // namespace runts::core
