#include "hook.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace runts {
namespace {

int64_t now_ms() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

// For poll(2).
int left(int64_t deadline) {
  if (deadline == kNoDeadline) return -1;
  int64_t rest = deadline - now_ms();
  return rest < 0 ? 0 : static_cast<int>(rest) + 1;
}

// Writes what the pipe takes; closes it at the end of the state, and where nobody reads.
void feed(RunningHook &hook) {
  for (std::string_view &part : hook.state) {
    while (!part.empty()) {
      ssize_t sent = write(hook.input.get(), part.data(), part.size());
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0 && errno == EAGAIN) return;
      if (sent < 0) return hook.input.reset();
      part.remove_prefix(static_cast<size_t>(sent));
    }
  }
  hook.input.reset();
}

// False at the end, and where there is nothing for now.
bool listen(RunningHook &hook, int errors) {
  char text[512];
  ssize_t got = read(hook.errors.get(), text, sizeof(text));
  if (got < 0 && errno == EINTR) return true;
  if (got == 0) hook.errors.reset();
  if (got <= 0) return false;
  size_t size = static_cast<size_t>(got), room = sizeof(hook.said) - hook.said_size;
  size_t kept = size < room ? size : room;
  memcpy(hook.said + hook.said_size, text, kept);
  hook.said_size += kept;
  if (errors >= 0) (void)!write(errors, text, size);
  return true;
}

// The processes that a hook leaves behind may hold its standard error open: only what is there by now is taken.
void listen_to_the_rest(RunningHook &hook, int errors) {
  while (hook.errors && listen(hook, errors)) {
  }
}

}  // namespace

int64_t deadline_after(uint32_t seconds) {
  return seconds ? now_ms() + static_cast<int64_t>(seconds) * 1000 : kNoDeadline;
}

int open_hook_pipes(RunningHook &hook, Fd &their_input, Fd &their_errors) {
  int input[2], errors[2];
  if (pipe2(input, O_CLOEXEC) != 0) return -errno;
  their_input.reset(input[0]);
  hook.input.reset(input[1]);
  if (pipe2(errors, O_CLOEXEC) != 0) return -errno;
  hook.errors.reset(errors[0]);
  their_errors.reset(errors[1]);
  fcntl(hook.input.get(), F_SETFL, O_NONBLOCK);
  fcntl(hook.errors.get(), F_SETFL, O_NONBLOCK);
  return 0;
}

bool attend_hook(RunningHook &hook, int errors, int64_t deadline) {
  for (;;) {
    pollfd wait[] = {
        {hook.pidfd.get(), POLLIN, 0}, {hook.input.get(), POLLOUT, 0}, {hook.errors.get(), POLLIN, 0}};
    int ready = poll(wait, 3, left(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    if (wait[1].revents) feed(hook);
    if (wait[2].revents) listen(hook, errors);
    if (!wait[0].revents) continue;
    listen_to_the_rest(hook, errors);
    return true;
  }
}

Report &describe_ending(Report &report, const RunningHook &hook, bool signaled, int number) {
  report.detail(signaled ? "killed by signal " : "exit code ").detail_number(number);
  std::string_view said(hook.said, hook.said_size);
  while (!said.empty() && (said.back() == '\n' || said.back() == '\r')) said.remove_suffix(1);
  return said.empty() ? report : report.detail(": ").detail(said);
}

}  // namespace runts
