// What a seccomp agent is sent: the descriptor of a filter, and the container process state.
#pragma once
#include "context.h"

namespace runts::init {

// The parts with this process's pid, as the host sees it, between them. To be called before the filter is in force.
Result process_state(Context &context, const plan::List<plan::Str> &parts, std::string_view &out);

// Sends both; nothing but sendmsg and close is called, which the filter must let through.
Result tell_agent(Context &context, Fd connection, Fd listener, std::string_view state);

}  // namespace runts::init
