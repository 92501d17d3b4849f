// newuidmap(1) and newgidmap(1): programs with the right to map the subordinate ids of subuid(5) and subgid(5).
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "deadline.h"
#include "steps.h"

namespace runts::core {
namespace {

constexpr int kPatienceMs = 30'000;
constexpr size_t kMostOutput = 2048;
constexpr int kProcessFd = 3;

struct Answer {
  std::optional<Ending> ending;
  std::string output;
};

// Its environment is empty and it has no descriptors but these, for it has rights that the caller has not.
Status run_tool(const std::vector<std::string> &arguments, int process, Answer &answer) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return failed(errno, "pipe2(O_CLOEXEC)");
  Fd ours(ends[0]), theirs(ends[1]);
  Spawn request;
  request.path = arguments.front().c_str();
  request.places = {{-1, 0}, {theirs.get(), 1}, {theirs.get(), 2}, {process, kProcessFd}};
  for (const std::string &argument : arguments) request.args.push_back(argument.c_str());
  Child tool;
  if (Status status = spawn(request, tool); !status.ok()) return status;
  theirs.reset();
  auto deadline = Clock::now() + std::chrono::milliseconds(kPatienceMs);
  answer.output.clear();
  (void)read_until(ours.get(), answer.output, kMostOutput, deadline);
  answer.ending = reap(tool.pidfd, milliseconds_left(deadline));
  if (!answer.ending) (void)kill_and_reap(tool.pidfd);
  return done();
}

bool succeeded(const Answer &answer) {
  return answer.ending && !answer.ending->signaled && answer.ending->number == 0;
}

std::string reason(const Answer &answer) {
  std::string text = answer.output.substr(0, answer.output.find_last_not_of(" \n") + 1);
  if (!text.empty()) return text;
  return answer.ending ? answer.ending->text() : "timed out after " + std::to_string(kPatienceMs / 1000) + " s";
}

std::vector<std::string> arguments_of(const plan::Str &tool, std::string process,
                                      const plan::List<plan::IdMapping> &mappings) {
  std::vector<std::string> arguments{std::string(tool), std::move(process)};
  for (const plan::IdMapping &mapping : mappings) {
    for (uint32_t number : {mapping.inside, mapping.outside, mapping.size}) {
      arguments.push_back(std::to_string(number));
    }
  }
  return arguments;
}

Status tool_failed(const std::vector<std::string> &arguments, const Answer &answer) {
  std::string text = arguments.front() + "(";
  for (size_t i = 1; i < arguments.size(); i++) text.append(i > 1 ? ", " : "").append(arguments[i]);
  return failed(answer.ending ? EPERM : ETIMEDOUT, (text + ")").c_str(), reason(answer));
}

}  // namespace

// shadow before 4.14 takes a pid alone and shows its usage otherwise. The number is safe too: the process is a
// child of ours that nobody reaps meanwhile.
Status run_id_tool(const plan::Str &tool, int process, int pid, const plan::List<plan::IdMapping> &mappings) {
  Answer answer;
  std::vector<std::string> arguments = arguments_of(tool, "fd:" + std::to_string(kProcessFd), mappings);
  if (Status status = run_tool(arguments, process, answer); !status.ok()) return status;
  if (!succeeded(answer) && answer.output.starts_with("usage:")) {
    arguments = arguments_of(tool, std::to_string(pid), mappings);
    if (Status status = run_tool(arguments, process, answer); !status.ok()) return status;
  }
  return succeeded(answer) ? done() : tool_failed(arguments, answer);
}

}  // namespace runts::core
