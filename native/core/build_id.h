// Tells one build of the program from all others.
#pragma once
#include <string_view>

namespace runts::core {

// The linker's hash over all that the program (or the library that this is part of) is made of; empty where it was linked
// without one.
std::string_view build_id();

}  // namespace runts::core
