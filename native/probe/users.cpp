#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
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

int map_ids(const char *process, unsigned user, unsigned group) {
  char path[64], map[32];
  // Without it who lacks CAP_SETGID may not map groups; who has it needs it not.
  snprintf(path, sizeof(path), "/proc/%s/setgroups", process);
  write_file(path, "deny");
  snprintf(path, sizeof(path), "/proc/%s/uid_map", process);
  snprintf(map, sizeof(map), "0 %u 1", user);
  if (int error = write_file(path, map); error < 0) return error;
  snprintf(path, sizeof(path), "/proc/%s/gid_map", process);
  snprintf(map, sizeof(map), "0 %u 1", group);
  return write_file(path, map);
}

// A child that makes the namespace, says so and waits to be killed.
pid_t start_holder(const Fd &ready) {
  pid_t child = fork();
  if (child != 0) return child;
  int error = sys::unshare(CLONE_NEWUSER);
  if (write(ready.get(), &error, sizeof(error)) != sizeof(error)) _exit(1);
  for (;;) pause();
}

int open_mapped(pid_t holder) {
  char process[16], path[64];
  snprintf(process, sizeof(process), "%d", holder);
  if (int error = map_ids(process, geteuid(), getegid()); error < 0) return error;
  snprintf(path, sizeof(path), "/proc/%d/ns/user", holder);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

}  // namespace

int enter_user_namespace() {
  unsigned user = geteuid(), group = getegid();
  if (int error = sys::unshare(CLONE_NEWUSER); error < 0) return error;
  return map_ids("self", user, group);
}

int map_user_namespace() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
  Fd reader(ends[0]), writer(ends[1]);
  pid_t holder = start_holder(writer);
  if (holder < 0) return -errno;
  writer.reset();
  int error = 0;
  int result = read(reader.get(), &error, sizeof(error)) == sizeof(error) ? error : -EIO;
  if (result == 0) result = open_mapped(holder);
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  return result;
}

}  // namespace runts::probe
