// Locks of files that stand for directories, such as those of containers.
#pragma once
#include <string>

namespace runts::core {

// Takes an exclusive flock(2) on a file that it makes (0600) where there is none: the locked descriptor, or -errno;
// -EWOULDBLOCK where another has it and `waits` is false.
int take_lock(const std::string &path, bool waits);

}  // namespace runts::core
