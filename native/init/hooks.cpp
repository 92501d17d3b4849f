// Hooks that run in the container's namespaces.
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../sys/decimal.h"
#include "handlers.h"
#include "strings.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

namespace runts::init {
namespace {

struct Running {
  Fd pidfd;
  Fd input;
};

int64_t now_ms() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

// The hook's process: the state on standard input, nothing else from us. Its failure to start is its exit
// status.
[[noreturn]] void become_hook(Context &context, const plan::Hook &step, char **args, char **env, int input,
                              int failure) {
  if (dup2(input, 0) < 0) _exit(127);
  // Before pivot it starts in the container's root; the path is the host's then.
  if (!context.pivoted && context.root && fchdir(context.root.get()) != 0) _exit(127);
  umask(context.umask);
  sys::close_range(3, ~0u, sys::kCloseRangeCloexec);
  int error = sys::execveat(AT_FDCWD, step.path.c_str(), args, env, 0);
  ssize_t ignored = write(failure, &error, sizeof(error));
  (void)ignored;
  _exit(127);
}

// Writes what the hook will read. A hook need not read it: then the pipe breaks, which is fine; SIGPIPE is
// kept away.
int write_state(const plan::Hook &step, int pipe, int64_t deadline) {
  char pid[16];
  char *end = put_decimal(pid, step.pid ? step.pid : static_cast<uint32_t>(getpid()));
  std::string_view parts[] = {step.state_head, std::string_view(pid, end), step.state_tail};
  for (std::string_view part : parts) {
    while (!part.empty()) {
      ssize_t written = write(pipe, part.data(), part.size());
      if (written > 0) {
        part.remove_prefix(static_cast<size_t>(written));
        continue;
      }
      if (errno != EAGAIN) return 0;
      int64_t left = deadline < 0 ? -1 : deadline - now_ms();
      if (deadline >= 0 && left <= 0) return ETIMEDOUT;
      pollfd wait{pipe, POLLOUT, 0};
      poll(&wait, 1, static_cast<int>(left));
    }
  }
  return 0;
}

Result start(Context &context, const plan::Hook &step, Running &running, int &failure) {
  int input[2], report[2];
  if (pipe2(input, O_CLOEXEC) != 0) return Result::failure(errno, context.report.call("pipe2"));
  Fd read_end(input[0]);
  running.input.reset(input[1]);
  if (pipe2(report, O_CLOEXEC) != 0) return Result::failure(errno, context.report.call("pipe2"));
  Fd failure_end(report[0]), failure_start(report[1]);
  char **args = string_array(step.args), **env = string_array(step.env);
  if (!args || !env) return Result::failure(ENOMEM, context.report.call("mmap"));
  // Without arguments the path is argv[0].
  if (!args[0]) args[0] = const_cast<char *>(step.path.c_str());
  int pidfd = -1;
  sys::CloneArgs clone{};
  clone.flags = sys::kClonePidfd;
  clone.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  clone.exit_signal = SIGCHLD;
  int pid = sys::clone3(clone);
  if (pid < 0) return Result::failure(-pid, context.report.call("clone3").word("CLONE_PIDFD"));
  if (pid == 0) become_hook(context, step, args, env, read_end.get(), failure_start.get());
  running.pidfd.reset(pidfd);
  failure_start.reset();
  // The end of this pipe is the hook's execve; bytes in it are why there was none.
  int error = 0;
  ssize_t size = read(failure_end.get(), &error, sizeof(error));
  failure = size == sizeof(error) ? -error : 0;
  fcntl(running.input.get(), F_SETFL, O_NONBLOCK);
  return Result::ok();
}

Result finish(Context &context, const plan::Hook &step, Running &running, int failure, int64_t deadline) {
  Report &report = context.report.call("hook").word(step.phase).string(step.path);
  int64_t left = deadline < 0 ? -1 : deadline - now_ms();
  pollfd wait{running.pidfd.get(), POLLIN, 0};
  int ready = deadline >= 0 && left <= 0 ? 0 : poll(&wait, 1, static_cast<int>(left));
  if (ready <= 0) sys::pidfd_send_signal(running.pidfd.get(), SIGKILL);
  siginfo_t info{};
  while (waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(running.pidfd.get()), &info, WEXITED) !=
             0 &&
         errno == EINTR) {
  }
  if (ready <= 0)
    return Result::failure(ETIMEDOUT,
                           report.detail("killed after ").detail_number(step.timeout).detail(" seconds"));
  if (failure) return Result::failure(failure, report.detail("cannot be executed"));
  if (info.si_code == CLD_EXITED && info.si_status == 0) return Result::ok();
  report.detail(info.si_code == CLD_EXITED ? "exit code " : "killed by signal ");
  return Result::failure(0, report.detail_number(info.si_status));
}

}  // namespace

Result run(Context &context, const plan::Hook &step) {
  Running running;
  int failure = 0;
  int64_t deadline = step.timeout ? now_ms() + static_cast<int64_t>(step.timeout) * 1000 : -1;
  if (Result result = start(context, step, running, failure); result.failed()) return result;
  struct sigaction ignore{}, before{};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &before);
  if (!failure) write_state(step, running.input.get(), deadline);
  running.input.reset();
  Result result = finish(context, step, running, failure, deadline);
  sigaction(SIGPIPE, &before, nullptr);
  return result;
}

}  // namespace runts::init
