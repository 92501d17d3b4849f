#include <cerrno>
#include <csignal>
#include <fcntl.h>

#include "../sys/hook.h"
#include "steps.h"

namespace runts::core {
namespace {

std::string pid_text(const plan::Hook &step, const Context &context) {
  return std::to_string(step.pid ? static_cast<int>(step.pid) : context.process.pid);
}

// The file that gets what a hook writes; none where the plan names none.
Status open_output(const plan::Str &path, Fd &out) {
  if (path.empty()) return done();
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  out.reset(open(path.c_str(), kFlags, 0644));
  if (out) return done();
  int error = errno;
  Report report;
  return failed(error, report.call("open").string(path).word("O_WRONLY|O_APPEND|O_CREAT|O_NOFOLLOW"));
}

Status start_hook(const plan::Hook &step, const Context &context, Child &child, RunningHook &hook) {
  Fd input, errors, out, err;
  if (Status status = open_output(step.stdout_file, out); !status.ok()) return status;
  if (Status status = open_output(step.stderr_file, err); !status.ok()) return status;
  if (int error = open_hook_pipes(hook, input, errors); error < 0) return failed(error, "pipe2(O_CLOEXEC)");
  Spawn request;
  request.own_group = true;
  request.path = step.path.c_str();
  request.places = {{input.get(), 0}, {out ? out.get() : context.options.stdio[1], 1}, {err ? err.get() : errors.get(), 2}};
  for (const plan::Str &arg : step.args) request.args.push_back(arg.c_str());
  if (request.args.empty()) request.args.push_back(request.path);
  for (const plan::Str &entry : step.env) request.env.push_back(entry.c_str());
  Status status = spawn(request, child);
  if (status.ok()) hook.pidfd = std::move(child.pidfd);
  return status;
}

bool attend(RunningHook &hook, const Context &context, int64_t deadline) {
  Cancel::Waiting waiting(context.options.cancel, hook.pidfd);
  return attend_hook(hook, context.options.stdio[2], deadline);
}

bool is_called_off(const Context &context) {
  return context.options.cancel && context.options.cancel->requested();
}

}  // namespace

Status run_hook(const plan::Hook &step, Context &context) {
  Child child;
  RunningHook hook;
  if (Status status = start_hook(step, context, child, hook); !status.ok()) return status;
  std::string pid = pid_text(step, context);
  hook.state[0] = step.state_head;
  hook.state[1] = pid;
  hook.state[2] = step.state_tail;
  bool in_time = attend(hook, context, deadline_after(step.timeout));
  // With all that it has started. Its number cannot be another's before it is reaped.
  if (!in_time || is_called_off(context)) kill(-child.pid, SIGKILL);
  std::optional<Ending> ending = in_time ? reap(hook.pidfd, -1) : kill_and_reap(hook.pidfd);
  Report report;
  report.call("hook").word(step.phase).string(step.path);
  if (!in_time || !ending) {
    return failed(ETIMEDOUT, report.detail("timed out after ").detail_number(step.timeout).detail(" s"));
  }
  if (!ending->signaled && ending->number == 0) return done();
  return failed(0, describe_ending(report, hook, ending->signaled, ending->number));
}

}  // namespace runts::core
