// Files of this process in the host's /proc, while it is still in reach.
#pragma once
#include "context.h"

namespace runts::init {

// One write to /proc/self/NAME.
Result write_own_file(Context &context, const char *name, std::string_view text);

}  // namespace runts::init
