// Hooks that run in the container's namespaces.
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../sys/decimal.h"
#include "../sys/hook.h"
#include "handlers.h"
#include "home.h"
#include "strings.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

namespace runts::init {
namespace {

// What the child of the clone needs to become the hook.
struct Beginning {
  char **args;
  char **env;
  Fd input;
  Fd errors;
  Fd failure;  // takes the errno of a failed execve
};

// Before pivot it starts in the container's root; the path is the host's then. Its failure to start is its exit status.
[[noreturn]] void become_hook(Context &context, const plan::Hook &step, const Beginning &beginning) {
  if (dup2(beginning.input.get(), 0) < 0 || dup2(beginning.errors.get(), 2) < 0) _exit(127);
  if (!context.pivoted && context.root && fchdir(context.root.get()) != 0) _exit(127);
  umask(context.umask);
  sys::close_range(3, ~0u, sys::kCloseRangeCloexec);
  execve(step.path.c_str(), beginning.args, beginning.env);
  int error = errno;
  (void)!write(beginning.failure.get(), &error, sizeof(error));
  _exit(127);
}

// clone(2), as profiles of containers often have no clone3: a startContainer hook runs under the container's.
int clone_hook(Fd &pidfd) {
  int fd = -1;
  long pid = sys::clone(sys::kClonePidfd | SIGCHLD, &fd);
  if (pid > 0) pidfd.reset(fd);
  return static_cast<int>(pid);
}

Result start(Context &context, const plan::Hook &step, RunningHook &hook, int &failure) {
  Beginning beginning;
  int error = open_hook_pipes(hook, beginning.input, beginning.errors);
  int report[2];
  if (error == 0 && pipe2(report, O_CLOEXEC) != 0) error = -errno;
  if (error < 0) return Result::failure(-error, context.report.call("pipe2"));
  Fd failure_end(report[0]);
  beginning.failure.reset(report[1]);
  beginning.args = string_array(step.args);
  beginning.env = string_array(step.env, step.add_home ? home_variable(context, step.uid) : nullptr);
  if (!beginning.args || !beginning.env) return Result::failure(ENOMEM, context.report.call("mmap"));
  // Without arguments the path is argv[0].
  if (!beginning.args[0]) beginning.args[0] = const_cast<char *>(step.path.c_str());
  int pid = clone_hook(hook.pidfd);
  if (pid < 0) return Result::failure(-pid, context.report.call("clone").word("CLONE_PIDFD"));
  if (pid == 0) become_hook(context, step, beginning);
  beginning.failure.reset();
  // The end of this pipe is the hook's execve; bytes in it are why there was none.
  ssize_t size = read(failure_end.get(), &error, sizeof(error));
  failure = size == sizeof(error) ? error : 0;
  return Result::ok();
}

Result finish(Context &context, const plan::Hook &step, RunningHook &hook, int failure) {
  bool ended = attend_hook(hook, 2, deadline_after(step.timeout));
  if (!ended) sys::pidfd_send_signal(hook.pidfd.get(), SIGKILL);
  siginfo_t info{};
  while (waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(hook.pidfd.get()), &info, WEXITED) != 0 &&
         errno == EINTR) {
  }
  Report &report = context.report.call("hook").word(step.phase).string(step.path);
  if (!ended)
    return Result::failure(ETIMEDOUT,
                           report.detail("killed after ").detail_number(step.timeout).detail(" seconds"));
  if (failure) return Result::failure(failure, report.detail("cannot be executed"));
  bool signaled = info.si_code != CLD_EXITED;
  if (!signaled && info.si_status == 0) return Result::ok();
  return Result::failure(0, describe_ending(report, hook, signaled, info.si_status));
}

}  // namespace

Result run(Context &context, const plan::Hook &step) {
  RunningHook hook;
  int failure = 0;
  if (Result result = start(context, step, hook, failure); result.failed()) return result;
  char pid[kDigits32];
  char *end = put_decimal(pid, step.pid ? step.pid : static_cast<uint32_t>(getpid()));
  hook.state[0] = step.state_head;
  hook.state[1] = std::string_view(pid, static_cast<size_t>(end - pid));
  hook.state[2] = step.state_tail;
  sys::set_signal_action(SIGPIPE, SIG_IGN);
  Result result = finish(context, step, hook, failure);
  sys::set_signal_action(SIGPIPE, SIG_DFL);
  return result;
}

}  // namespace runts::init
