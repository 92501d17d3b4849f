// Names below a directory, through no symbolic link, and on its own mount alone.
#pragma once
#include <fcntl.h>

#include "syscalls.h"

namespace runts::sys {

// O_CLOEXEC and O_NOFOLLOW are added. The descriptor, or -1 and errno: ELOOP for a link, EXDEV for another mount or a way out.
inline int open_beneath(int directory, const char *path, int flags) {
  OpenHow how{static_cast<uint64_t>(flags | O_CLOEXEC | O_NOFOLLOW), 0,
                   kResolveBeneath | kResolveNoSymlinks | kResolveNoMagiclinks | kResolveNoXdev};
  int fd = openat2(directory, path, how);
  if (fd >= 0) return fd;
  errno = -fd;
  return -1;
}

}  // namespace runts::sys
