#include <cerrno>
#include <csignal>

#include "../sys/hook.h"
#include "steps.h"

namespace runts::core {
namespace {

std::string pid_text(const plan::Hook &step, const Context &context) {
  return std::to_string(step.pid ? static_cast<int>(step.pid) : context.process.pid);
}

Status start_hook(const plan::Hook &step, const Context &context, Child &child, RunningHook &hook) {
  Fd input, errors;
  if (int error = open_hook_pipes(hook, input, errors); error < 0) return failed(error, "pipe2(O_CLOEXEC)");
  Spawn request;
  request.own_group = true;
  request.path = step.path.c_str();
  request.places = {{input.get(), 0}, {context.options.stdio[1], 1}, {errors.get(), 2}};
  for (const plan::Str &arg : step.args) request.args.push_back(arg.c_str());
  if (request.args.empty()) request.args.push_back(request.path);
  for (const plan::Str &entry : step.env) request.env.push_back(entry.c_str());
  Status status = spawn(request, child);
  if (status.ok()) hook.pidfd = std::move(child.pidfd);
  return status;
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
  std::optional<Ending> ending;
  if (attend_hook(hook, context.options.stdio[2], deadline_after(step.timeout))) ending = reap(hook.pidfd, -1);
  Report report;
  report.call("hook").word(step.phase).string(step.path);
  if (!ending) {
    // With all that it has started. Its number cannot be another's before it is reaped.
    kill(-child.pid, SIGKILL);
    (void)kill_and_reap(hook.pidfd);
    return failed(ETIMEDOUT, report.detail("timed out after ").detail_number(step.timeout).detail(" s"));
  }
  if (!ending->signaled && ending->number == 0) return done();
  return failed(0, describe_ending(report, hook, ending->signaled, ending->number));
}

}  // namespace runts::core
