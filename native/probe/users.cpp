#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../sys/fd.h"
#include "../sys/syscalls.h"
#include "tries.h"

namespace runts::probe {
namespace {

int write_file(const char *path, const char *text) {
  Fd file(open(path, O_WRONLY | O_CLOEXEC));
  if (!file) return -errno;
  return write(file.get(), text, strlen(text)) < 0 ? -errno : 0;
}

using Path = Text<64>;

// Maps one id to root's in the user namespace of the process whose directory this is.
int map_id(Path directory, const char *name, unsigned id) {
  Path map;
  map.add("0 ").add(id).add(" 1");
  return write_file(directory.add(name).c_str(), map.c_str());
}

int map_ids(const Path &directory, unsigned user, unsigned group) {
  // Without it who lacks CAP_SETGID may not map groups; who has it needs it not.
  write_file(Path(directory).add("/setgroups").c_str(), "deny");
  int error = map_id(directory, "/uid_map", user);
  return error < 0 ? error : map_id(directory, "/gid_map", group);
}

// A child that makes the namespace, says so and waits to be killed.
pid_t start_holder(const Fd &ready) {
  pid_t child = sys::fork();
  if (child != 0) return child;
  int error = sys::unshare(CLONE_NEWUSER);
  if (write(ready.get(), &error, sizeof(error)) != sizeof(error)) _exit(1);
  for (;;) poll(nullptr, 0, -1);
}

int open_mapped(pid_t holder) {
  Path directory("/proc/");
  if (int error = map_ids(directory.add(holder), geteuid(), getegid()); error < 0) return error;
  int fd = open(directory.add("/ns/user").c_str(), O_RDONLY | O_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

}  // namespace

int enter_user_namespace() {
  unsigned user = geteuid(), group = getegid();
  if (int error = sys::unshare(CLONE_NEWUSER); error < 0) return error;
  return map_ids(Path("/proc/self"), user, group);
}

int map_user_namespace() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
  Fd reader(ends[0]), writer(ends[1]);
  pid_t holder = start_holder(writer);
  if (holder < 0) return holder;
  writer.reset();
  int error = 0;
  int result = read(reader.get(), &error, sizeof(error)) == sizeof(error) ? error : -EIO;
  if (result == 0) result = open_mapped(holder);
  kill(holder, SIGKILL);
  sys::wait_for(holder);
  return result;
}

}  // namespace runts::probe
