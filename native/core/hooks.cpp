#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "steps.h"

namespace runts::core {
namespace {

using Clock = std::chrono::steady_clock;

std::string state_text(const plan::Hook &step, const Context &context) {
  std::string text(step.state_head);
  text += std::to_string(step.pid ? static_cast<int>(step.pid) : context.process.pid);
  return text.append(step.state_tail);
}

// Milliseconds to the deadline for poll(2); -1: none.
int left(Clock::time_point deadline) {
  if (deadline == Clock::time_point::max()) return -1;
  auto count = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return count < 0 ? 0 : static_cast<int>(count) + 1;
}

// Hands the state over while the hook runs; a hook that does not read it is no failure. False: the time is
// up.
bool feed(const Child &hook, Fd input, std::string_view state, Clock::time_point deadline) {
  while (!state.empty()) {
    pollfd wait[] = {{hook.pidfd.get(), POLLIN, 0}, {input.get(), POLLOUT, 0}};
    int ready = poll(wait, 2, left(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return ready < 0;
    if (wait[0].revents || (wait[1].revents & POLLERR)) return true;
    ssize_t sent = write(input.get(), state.data(), state.size());
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return true;
    if (sent > 0) state.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

Status start_hook(const plan::Hook &step, const Context &context, Child &hook, Fd &input) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return failed(errno, "pipe2(O_CLOEXEC)");
  Fd theirs(ends[0]);
  input.reset(ends[1]);
  fcntl(input.get(), F_SETFL, O_NONBLOCK);
  Spawn request;
  request.own_group = true;
  request.path = step.path.c_str();
  request.places = {{theirs.get(), 0}, {context.options.stdio[1], 1}, {context.options.stdio[2], 2}};
  for (const plan::Str &arg : step.args) request.args.push_back(arg.c_str());
  if (request.args.empty()) request.args.push_back(request.path);
  for (const plan::Str &entry : step.env) request.env.push_back(entry.c_str());
  return spawn(request, hook);
}

}  // namespace

Status run_hook(const plan::Hook &step, Context &context) {
  Child hook;
  Fd input;
  if (Status status = start_hook(step, context, hook, input); !status.ok()) return status;
  auto deadline = step.timeout ? Clock::now() + std::chrono::seconds(step.timeout) : Clock::time_point::max();
  std::optional<Ending> ending;
  if (feed(hook, std::move(input), state_text(step, context), deadline))
    ending = reap(hook.pidfd, left(deadline));
  Report report;
  report.call("hook").word(step.phase).string(step.path);
  if (!ending) {
    // With all that it has started. Its number cannot be another's before it is reaped.
    kill(-hook.pid, SIGKILL);
    (void)kill_and_reap(hook.pidfd);
    return failed(ETIMEDOUT, report.detail("timed out after ").detail_number(step.timeout).detail(" s"));
  }
  if (!ending->signaled && ending->number == 0) return done();
  return failed(0, report.detail(ending->text()));
}

}  // namespace runts::core
