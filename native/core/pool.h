// Threads for what blocks: none of an engine's own pool is used. They grow with the work, and the idle ones are kept.
#pragma once
#include <functional>

namespace runts::core {

// Runs the job at once, on a thread on which every signal is blocked; where there is none to be had, here.
void run_on_thread(std::function<void()> job);

// The same for one of many that mostly want a processor: so many for each run at a time, and the others have their turn as
// these end. Jobs may wait for each other: where none begins or ends for a while, one more is run.
void run_in_turn(std::function<void()> job);

// True while no such job runs or waits.
bool has_no_turns();

}  // namespace runts::core
