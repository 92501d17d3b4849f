// Files in memory that nobody can change any more.
#pragma once
#include <string_view>

#include "../sys/fd.h"
#include "status.h"

namespace runts::core {

// An empty memfd that can be sealed; not executable where the kernel knows the difference (6.3).
Status make_memfd(const char *name, Fd &out);

// A memfd of these bytes, sealed against every change.
Status sealed_memfd(const char *name, std::string_view bytes, Fd &out);

// The same for a program: executable, with the mode sealed too (F_SEAL_EXEC) where the kernel knows it.
Status sealed_executable(const char *name, std::string_view bytes, Fd &out);

}  // namespace runts::core
