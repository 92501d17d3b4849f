// Waits for the ends of processes, on the watch's thread.
#pragma once
#include <functional>
#include <optional>

#include "../sys/fd.h"
#include "spawn.h"

namespace runts::core {

// Calls back once on the watch's thread when the process has ended and is reaped; nothing if it is no child
// of ours.
void await_end(Fd pidfd, std::function<void(std::optional<Ending>)> ended);

}  // namespace runts::core
