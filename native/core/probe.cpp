#include "probe.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "deadline.h"
#include "helper.h"
#include "spawn.h"

namespace runts::core {
namespace {

constexpr int kLimitMs = 10'000;

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
  auto deadline = Clock::now() + std::chrono::milliseconds(kLimitMs);
  bool complete = read_until(output.get(), answer, answer.max_size(), deadline);
  std::optional<Ending> ending = complete ? reap(child.pidfd, kLimitMs) : kill_and_reap(child.pidfd);
  if (!complete) return failed(ETIMEDOUT, "probe", "it did not end");
  if (!ending || (!ending->signaled && ending->number == 0)) return done();
  return failed(EIO, "probe", ending->text());
}

}  // namespace runts::core
