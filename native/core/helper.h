// The programs that this library carries inside: the helper (native/init) and the probe (native/probe).
#pragma once
#include "status.h"

namespace runts::core {

// A sealed memfd of it, made once and kept to the end of the process; the caller does not close it.
Status helper_memfd(int &fd);
Status probe_memfd(int &fd);

}  // namespace runts::core
