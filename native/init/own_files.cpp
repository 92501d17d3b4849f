#include "own_files.h"

#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>

#include "procfs.h"

namespace runts::init {
namespace {

// They belong to root while the process is not dumpable, so a process that is not that root must be for a moment.
int open_own_file(const Fd &proc, const char *path) {
  sys::OpenHow how{O_WRONLY | O_CLOEXEC, 0,
                   sys::kResolveNoXdev | sys::kResolveBeneath | sys::kResolveNoMagiclinks};
  int fd = sys::openat2(proc.get(), path, how);
  if (fd != -EACCES) return fd;
  prctl(PR_SET_DUMPABLE, 1);
  fd = sys::openat2(proc.get(), path, how);
  prctl(PR_SET_DUMPABLE, 0);
  return fd;
}

}  // namespace

Result write_own_file(Context &context, const char *name, std::string_view text) {
  Fd proc(open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!proc || !is_procfs(proc.get())) {
    return Result::failure(ENOENT, context.report.call("open").string("/proc").detail("is no procfs"));
  }
  constexpr std::string_view kSelf = "self/";
  char path[64];
  size_t size = strlen(name);
  if (kSelf.size() + size >= sizeof(path)) return Result::failure(ENAMETOOLONG, context.report.call("openat2"));
  memcpy(path, kSelf.data(), kSelf.size());
  memcpy(path + kSelf.size(), name, size + 1);
  int fd = open_own_file(proc, path);
  if (fd < 0)
    return Result::failure(-fd, context.report.call("openat2").fd(proc.get(), "proc").string(path));
  Fd file(fd);
  ssize_t written = write(file.get(), text.data(), text.size());
  int error = written < 0 ? errno : EIO;
  if (written == static_cast<ssize_t>(text.size())) return Result::ok();
  return Result::failure(error, context.report.call("write").fd(fd, name).string(text));
}

}  // namespace runts::init
