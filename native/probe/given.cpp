#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../sys/fd.h"
#include "../sys/syscalls.h"
#include "tries.h"

namespace runts::probe {
namespace {

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
  return waitpid(pid, nullptr, 0) == pid ? 0 : -errno;
}

// By the effective ids, with capabilities and a read-only mount accounted for.
int try_writable(const char *path) { return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 ? 0 : -errno; }

int try_socket(const char *path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (strlen(path) >= sizeof(address.sun_path)) return -ENAMETOOLONG;
  memcpy(address.sun_path, path, strlen(path));
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return -errno;
  return connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) == 0 ? 0 : -errno;
}

// How a program gains privilege: `setuid`, `capabilities`, or `nothing`, as its mount may see to.
const char *privilege_of(const char *path) {
  struct stat file;
  struct statvfs system;
  if (stat(path, &file) != 0) return "nothing";
  if (statvfs(path, &system) == 0 && (system.f_flag & ST_NOSUID)) return "nosuid";
  if ((file.st_mode & S_ISUID) && file.st_uid == 0) return "setuid";
  return getxattr(path, "security.capability", nullptr, 0) > 0 ? "capabilities" : "nothing";
}

int try_program(const char *name, Value &value) {
  const char *path = getenv("PATH");
  while (path && *path) {
    auto size = strcspn(path, ":");
    char file[512];
    snprintf(file, sizeof(file), "%.*s/%s", static_cast<int>(size), path, name);
    if (access(file, X_OK) == 0) {
      value.set("%s %s", privilege_of(file), file);
      return 0;
    }
    path += size + (path[size] == ':');
  }
  return -ENOENT;
}

}  // namespace

void attempt_given(const char *argument) {
  const char *equals = strchr(argument, '=');
  if (!equals) return;
  const char *given = equals + 1;
  char call[1024];
  if (!strncmp(argument, "cgroup=", 7)) {
    snprintf(call, sizeof(call), "clone3(CLONE_INTO_CGROUP, \"%s\")", given);
    tell(argument, try_cgroup(given), "", call);
  } else if (!strncmp(argument, "writable=", 9)) {
    snprintf(call, sizeof(call), "faccessat(\"%s\", W_OK, AT_EACCESS)", given);
    tell(argument, try_writable(given), "", call);
  } else if (!strncmp(argument, "socket=", 7)) {
    snprintf(call, sizeof(call), "connect(\"%s\")", given);
    tell(argument, try_socket(given), "", call);
  } else if (!strncmp(argument, "program=", 8)) {
    Value value;
    int error = try_program(given, value);
    snprintf(call, sizeof(call), "access(\"%s\", X_OK) in PATH", given);
    tell(argument, error, value.text, call);
  }
}

}  // namespace runts::probe
