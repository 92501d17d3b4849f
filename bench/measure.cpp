// measure COMMAND [ARG...] [, COMMAND [ARG...]]...: runs the commands one after the other, each until it and every
// process that it left behind have ended, and prints one line of JSON: wall, user and system time in microseconds of all
// of them together (descendants included), peak resident size of the largest in KiB, and the first status that is not 0.
// What the commands write to standard output is dropped. A command `-` does not wait for the processes left behind.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

int64_t now_us() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

int64_t us(const timeval &time) { return time.tv_sec * 1000000LL + time.tv_usec; }

int status_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

// vfork, so that the measuring process costs next to nothing.
int run(char **argv) {
  const pid_t pid = vfork();
  if (pid < 0) return 127;
  if (pid == 0) {
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDOUT_FILENO);
    execvp(argv[0], argv);
    fprintf(stderr, "measure: cannot execute %s: %s\n", argv[0], strerror(errno));
    _exit(127);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status_of(status);
}

}  // namespace

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: measure COMMAND [ARG...] [, COMMAND [ARG...]]...\n");
    return 2;
  }
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  int failed = 0;
  const int64_t begin = now_us();
  for (int first = 1, last = 1; first < argc; first = last + 1) {
    for (last = first; last < argc && strcmp(argv[last], ",") != 0; last++) {
    }
    argv[last] = nullptr;
    const bool leave = strcmp(argv[first], "-") == 0;
    const int status = run(argv + first + (leave ? 1 : 0));
    if (failed == 0) failed = status;
    // A container that `create` left waiting cannot end before `start`.
    while (!leave && wait(nullptr) > 0) {
    }
  }
  const int64_t wall = now_us() - begin;
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  printf("{\"wall\":%lld,\"user\":%lld,\"system\":%lld,\"rss\":%ld,\"status\":%d}\n", static_cast<long long>(wall),
         static_cast<long long>(us(usage.ru_utime)), static_cast<long long>(us(usage.ru_stime)), usage.ru_maxrss, failed);
  return 0;
}
