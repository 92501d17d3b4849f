#include "descriptors.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "../core/files.h"
#include "../sys/syscalls.h"

namespace runts::layer {

Status open_descriptors(Fd &out) {
  constexpr const char *kProc = "/proc";
  Fd proc(open(kProc, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!proc) return failed_at("openat", AT_FDCWD, kProc);
  struct stat status;
  if (fstat(proc.get(), &status) != 0) return failed_on("fstat", proc.get(), kProc);
  if (core::file_system_of(proc.get()) != sys::kProcMagic || status.st_ino != sys::kProcRootInode)
    return refused(EXDEV, "/proc is no procfs");
  // `self` is a symbolic link.
  sys::OpenHow how{O_PATH | O_DIRECTORY | O_CLOEXEC, 0,
                   sys::kResolveBeneath | sys::kResolveNoMagiclinks | sys::kResolveNoXdev};
  int fd = sys::openat2(proc.get(), "self/fd", how);
  errno = -fd;
  if (fd < 0) return failed_at("openat2", proc.get(), "self/fd");
  out.reset(fd);
  return done();
}

}  // namespace runts::layer
