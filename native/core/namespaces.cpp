#include <cerrno>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "../sys/syscalls.h"
#include "files.h"
#include "steps.h"

namespace runts::core {
namespace {

const char *name_of(uint32_t type) {
  struct Name {
    uint32_t flag;
    const char *name;
  };
  static constexpr Name kNames[] = {
      {0x00000080, "a time"}, {0x00020000, "a mount"}, {0x02000000, "a cgroup"}, {0x04000000, "a uts"},
      {0x08000000, "an ipc"}, {0x10000000, "a user"},  {0x20000000, "a pid"},    {0x40000000, "a network"},
  };
  for (const Name &entry : kNames) {
    if (entry.flag == type) return entry.name;
  }
  return "an unknown";
}

// Only those that hold parameters are asked for.
bool is_own(const Fd &other, uint32_t type) {
  const char *name = type == 0x40000000   ? "/proc/thread-self/ns/net"
                     : type == 0x08000000 ? "/proc/thread-self/ns/ipc"
                     : type == 0x04000000 ? "/proc/thread-self/ns/uts"
                                          : "/proc/thread-self/ns/user";
  struct stat own {}, joined {};
  return stat(name, &own) == 0 && fstat(other.get(), &joined) == 0 && own.st_ino == joined.st_ino &&
         own.st_dev == joined.st_dev;
}

}  // namespace

Status open_namespace_file(const char *path, uint32_t type, Fd &out) {
  Report report;
  report.call("open").string(path).flags(O_RDONLY | O_CLOEXEC, kOpenFlagNames);
  int fd = open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
  if (fd < 0) return failed(fd, report);
  out.reset(fd);
  if (file_system_of(fd) != sys::kNsfsMagic)
    return failed(EINVAL, report.detail("this file is no namespace"));
  int found = ioctl(fd, NS_GET_NSTYPE);
  if (found < 0) return failed(errno, report.call("ioctl").fd(fd, path).word("NS_GET_NSTYPE"));
  if (static_cast<uint32_t>(found) == type) return done();
  report.detail(path).detail(" is ").detail(name_of(static_cast<uint32_t>(found))).detail(" namespace, not ");
  return failed(EINVAL, report.detail(name_of(type)).detail(" namespace"));
}

Status open_namespace(const plan::OpenNamespace &step, Context &context) {
  Fd fd;
  if (Status status = open_namespace_file(step.path.c_str(), step.type, fd); !status.ok()) return status;
  if (step.refuse_own && is_own(fd, step.type)) {
    Report report;
    report.call("open").string(step.path).flags(O_RDONLY | O_CLOEXEC, kOpenFlagNames);
    return failed(EINVAL, report.detail("this is the runtime's own, and the config changes what is in it"));
  }
  give_slot(context, step.slot, std::move(fd));
  return done();
}

}  // namespace runts::core
