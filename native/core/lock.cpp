#include "lock.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "../sys/fd.h"

namespace runts::core {
namespace {

// A lock counts only if its file still stands at the path: a container's directory may go away while one
// waits.
bool still_there(int fd, const std::string &path) {
  struct stat held, named;
  return fstat(fd, &held) == 0 && stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
         held.st_dev == named.st_dev;
}

}  // namespace

int take_lock(const std::string &path, bool waits) {
  for (;;) {
    Fd file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return -errno;
    int error;
    do error = flock(file.get(), LOCK_EX | (waits ? 0 : LOCK_NB));
    while (error != 0 && errno == EINTR);
    if (error != 0) return -errno;
    if (still_there(file.get(), path)) return file.release();
  }
}

}  // namespace runts::core
