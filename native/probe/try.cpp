#include "try.h"

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/error_name.h"

namespace runts::probe {
namespace {

Place current = Place::Caller;

struct Answer {
  int error;
  Value value;
};

}  // namespace

void Value::set(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
}

void set_place(Place place) { current = place; }

void tell(const char *name, int error, const char *value, const char *call) {
  char line[2048];
  int size = snprintf(line, sizeof(line), "%s\t%s\t%s\t%s\t%s\n",
                      current == Place::Caller ? "caller" : "user namespace", name,
                      error == 0 ? "" : core::error_name(-error), value, call);
  if (size > static_cast<int>(sizeof(line)) - 1) size = sizeof(line) - 1;
  for (int done = 0; done < size;) {
    ssize_t written = write(STDOUT_FILENO, line + done, static_cast<size_t>(size - done));
    if (written <= 0) _exit(1);
    done += static_cast<int>(written);
  }
}

void attempt(std::span<const Try> tries) {
  for (const Try &each : tries) {
    Value value;
    int error = each.run(value);
    tell(each.name, error, value.text, each.call);
  }
}

int in_child(Run run, Value &value) {
  void *shared = mmap(nullptr, sizeof(Answer), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return -errno;
  auto *answer = static_cast<Answer *>(shared);
  pid_t child = fork();
  int error = child < 0 ? -errno : 0;
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    answer->error = run(answer->value);
    _exit(0);
  }
  if (child > 0) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    error = WIFEXITED(status) ? answer->error : -EOWNERDEAD;
    value = answer->value;
  }
  munmap(shared, sizeof(Answer));
  return error;
}

}  // namespace runts::probe
