// Threads for what blocks. They grow with the work, and the idle ones are kept: none of an engine's own pool
// is used.
#pragma once
#include <functional>

namespace runts::core {

// Runs the job on a thread on which every signal is blocked.
void run_on_thread(std::function<void()> job);

}  // namespace runts::core
