// The helper program (native/init), which this library carries inside.
#pragma once
#include "status.h"

namespace runts::core {

// A sealed memfd of it, made once and kept to the end of the process; the caller does not close it.
Status helper_memfd(int &fd);

}  // namespace runts::core
