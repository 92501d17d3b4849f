// Removes trees that others have made.
#pragma once
#include "status.h"

namespace runts::core {

// What lies at a name, and all below it; through no symbolic link and into no other mount. However deep it is, it takes two
// descriptors. What is missing is fine.
Status remove_tree_at(int parent, const char *name);

}  // namespace runts::core
