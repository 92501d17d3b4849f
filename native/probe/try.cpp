#include "try.h"

#include <cerrno>
#include <csignal>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/error_name.h"
#include "../sys/syscalls.h"

namespace runts::probe {
namespace {

Place current = Place::Caller;

struct Answer {
  int error;
  Value value;
};

}  // namespace

void set_place(Place place) { current = place; }

void tell(std::string_view name, int error, std::string_view value, std::string_view call) {
  Text<2048> line(current == Place::Caller ? "caller" : "user namespace");
  line.add("\t").add(name).add("\t").add(error == 0 ? "" : core::error_name(-error));
  line.add("\t").add(value).add("\t").add(call).add("\n");
  for (std::string_view rest = line.view(); !rest.empty();) {
    ssize_t written = write(STDOUT_FILENO, rest.data(), rest.size());
    if (written <= 0) _exit(1);
    rest.remove_prefix(static_cast<size_t>(written));
  }
}

void attempt(std::span<const Try> tries) {
  for (const Try &each : tries) {
    Value value;
    int error = each.run(value);
    tell(each.name, error, value.view(), each.call);
  }
}

int in_child(Run run, Value &value) {
  void *shared = mmap(nullptr, sizeof(Answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return -errno;
  auto *answer = static_cast<Answer *>(shared);
  pid_t child = sys::fork();
  int error = child < 0 ? child : 0;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    answer->error = run(answer->value);
    _exit(0);
  }
  if (child > 0) {
    siginfo_t info{};
    while (waitid(P_PID, static_cast<id_t>(child), &info, WEXITED) < 0 && errno == EINTR) {
    }
    error = info.si_code == CLD_EXITED ? answer->error : -EOWNERDEAD;
    value = answer->value;
  }
  munmap(shared, sizeof(Answer));
  return error;
}

}  // namespace runts::probe
