// Threads for what blocks. They grow with the work, and the idle ones are kept: none of an engine's own pool
// is used.
#pragma once
#include <functional>

namespace runts::core {

// Runs the job on a thread on which every signal is blocked; where there is none to be had, here.
void run_on_thread(std::function<void()> job);

}  // namespace runts::core
