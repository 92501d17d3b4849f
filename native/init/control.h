// Init's side of the control channel. Losing the host ends the process.
#pragma once
#include "context.h"

namespace runts::init {

// Waits for the baton, taking slots on the way. The step from which init goes on. The baton of start counts in another
// plan than this process's.
uint32_t wait_for_baton(Context &context, bool of_start = false);

// Gives the turn to the host from `step` on and waits for it. The step from which init goes on.
uint32_t hand_over(Context &context, uint32_t step);

// Tells the host that the step failed, and ends the process.
[[noreturn]] void give_up(Context &context, uint32_t step, const Result &result);

// Sends a message with at most one descriptor (-1: none); 0 or -errno.
int tell(Context &context, const protocol::Message &message, int fd = -1);

}  // namespace runts::init
