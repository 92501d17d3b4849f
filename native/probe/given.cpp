#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../sys/fd.h"
#include "../sys/syscalls.h"
#include "tries.h"

namespace runts::probe {
namespace {

using Call = Text<1024>;

// With a child that ends at once.
int try_cgroup(const char *path) {
  Fd cgroup(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!cgroup) return -errno;
  sys::CloneArgs args{};
  args.flags = sys::kCloneIntoCgroup;
  args.exit_signal = SIGCHLD;
  args.cgroup = static_cast<uint64_t>(cgroup.get());
  int pid = sys::clone3(args);
  if (pid == 0) _exit(0);
  if (pid < 0) return pid;
  return sys::wait_for(pid);
}

int try_socket(const char *path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (strlen(path) >= sizeof(address.sun_path)) return -ENAMETOOLONG;
  memcpy(address.sun_path, path, strlen(path));
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return -errno;
  return connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) == 0 ? 0 : -errno;
}

// How a program gains privilege: `setuid`, `capabilities`, or `nothing`; `nosuid` where its mount keeps it from that.
int try_program(const char *path, Value &value) {
  struct stat file;
  struct statfs system;
  if (stat(path, &file) != 0 || statfs(path, &system) != 0) return -errno;
  bool setuid = (file.st_mode & S_ISUID) && file.st_uid == 0;
  bool capable = getxattr(path, "security.capability", nullptr, 0) > 0;
  value.add(!setuid && !capable ? "nothing" : system.f_flags & ST_NOSUID ? "nosuid" : setuid ? "setuid" : "capabilities");
  return 0;
}

}  // namespace

void attempt_given(const char *argument) {
  std::string_view given(argument);
  const char *path = argument + given.find('=') + 1;
  Value value;
  if (given.starts_with("cgroup=")) {
    tell(argument, try_cgroup(path), "", Call("clone3(CLONE_INTO_CGROUP, \"").add(path).add("\")").view());
  } else if (given.starts_with("socket=")) {
    tell(argument, try_socket(path), "", Call("connect(\"").add(path).add("\")").view());
  } else if (given.starts_with("program=")) {
    int error = try_program(path, value);
    tell(argument, error, value.view(), Call("stat(\"").add(path).add("\"), getxattr(security.capability)").view());
  }
}

}  // namespace runts::probe
