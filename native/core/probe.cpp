#include "probe.h"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "helper.h"
#include "spawn.h"

namespace runts::core {
namespace {

constexpr int kLimitMs = 10'000;

using Clock = std::chrono::steady_clock;

int left(Clock::time_point deadline) {
  auto count = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return count < 0 ? 0 : static_cast<int>(count);
}

// All that the program prints; nothing of it is large. False: it did not end in time.
bool read_answer(const Fd &output, std::string &answer) {
  auto deadline = Clock::now() + std::chrono::milliseconds(kLimitMs);
  char part[4096];
  for (;;) {
    pollfd wait{output.get(), POLLIN, 0};
    int ready = poll(&wait, 1, left(deadline));
    if (ready == 0) return false;
    ssize_t size = ready < 0 ? -1 : read(output.get(), part, sizeof(part));
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return size == 0;
    answer.append(part, static_cast<size_t>(size));
  }
}

Status start_probe(const std::vector<std::string> &arguments, Child &child, Fd &output) {
  int program, ends[2];
  if (Status status = probe_memfd(program); !status.ok()) return status;
  if (pipe2(ends, O_CLOEXEC) != 0) return failed(errno, "pipe2(O_CLOEXEC)");
  Fd theirs(ends[1]);
  output.reset(ends[0]);
  Spawn request;
  request.own_group = true;
  request.program = program;
  request.places = {{-1, 0}, {theirs.get(), 1}, {-1, 2}};
  request.args = {"runts-probe"};
  for (const std::string &argument : arguments) request.args.push_back(argument.c_str());
  return spawn(request, child);
}

}  // namespace

Status probe_machine(const std::vector<std::string> &arguments, std::string &answer) {
  Child child;
  Fd output;
  if (Status status = start_probe(arguments, child, output); !status.ok()) return status;
  bool complete = read_answer(output, answer);
  std::optional<Ending> ending = complete ? reap(child.pidfd, kLimitMs) : kill_and_reap(child.pidfd);
  if (!complete) return failed(ETIMEDOUT, "probe", "it did not end");
  if (!ending || (!ending->signaled && ending->number == 0)) return done();
  return failed(EIO, "probe", ending->text());
}

}  // namespace runts::core
