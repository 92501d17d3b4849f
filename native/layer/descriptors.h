// The process's own open files, as procfs shows them: by these alone a file that is open with O_PATH is opened for reading, or has its
// extended attributes read, and not by a name that may be another's by now.
#pragma once
#include "../sys/fd.h"
#include "status.h"

namespace runts::layer {

// The directory of them, on a true procfs, under no other mount. The name of each is its number.
Status open_descriptors(Fd &out);

}  // namespace runts::layer
