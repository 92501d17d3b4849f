// This process: what it was given, who it is, what it says.
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../core/files.h"
#include "../core/seccomp.h"
#include "functions.h"
#include "image.h"
#include "loop.h"

namespace runts::quickjs {
namespace {

std::span<char *> arguments;

// arguments(): with the name that the command was called by
JSValue get_arguments(const Call &call) {
  return from_list(call.context, arguments, [&](const char *word) { return from_text(call.context, word); });
}

// variable(name): of the environment; undefined where it is not there
JSValue get_variable(const Call &call) {
  const char *value = getenv(call.text(0).c_str());
  return value ? from_text(call.context, value) : JS_UNDEFINED;
}

JSValue get_directory(const Call &call) {
  char path[PATH_MAX];
  if (!getcwd(path, sizeof(path))) return fail(call.context, errno, "getcwd");
  return JS_NewString(call.context, path);
}

// ids(): [pid, uid, gid, euid, egid]
JSValue get_ids(const Call &call) {
  const unsigned ids[] = {static_cast<unsigned>(getpid()), getuid(), getgid(), geteuid(), getegid()};
  return from_list(call.context, ids, [&](unsigned id) { return JS_NewUint32(call.context, id); });
}

// capabilities(): numbers of those that are permitted and in the bounding set. execve(2) has left none permitted beyond that
// set but inheritable ones (capabilities(7)), and neither has changed since.
JSValue get_capabilities(const Call &call) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  if (syscall(SYS_capget, &header, data) != 0) return fail(call.context, errno, "capget");
  std::vector<int> numbers;
  for (int number = 0; number < 64; number++) {
    auto [effective, permitted, inheritable] = data[number / 32];
    bool beyond = inheritable >> number % 32 & 1 && prctl(PR_CAPBSET_READ, number, 0, 0, 0) != 1;
    if (permitted >> number % 32 & 1 && !beyond) numbers.push_back(number);
  }
  return from_list(call.context, numbers, [&](int number) { return JS_NewInt32(call.context, number); });
}

// isInherited(fd): all that is opened here closes on exec, so what does not was there before
JSValue is_inherited(const Call &call) {
  int flags = fcntl(call.number(0), F_GETFD);
  return JS_NewBool(call.context, flags >= 0 && !(flags & FD_CLOEXEC));
}

// now(): microseconds since the epoch
JSValue now(const Call &call) {
  timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return JS_NewFloat64(call.context, static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3);
}

// sleep(milliseconds): a promise
JSValue sleep(const Call &call) {
  double milliseconds = 0;
  JS_ToFloat64(call.context, &milliseconds, call.at(0));
  Promise promise(call.context);
  after(static_cast<int64_t>(milliseconds), [promise]() mutable { promise.settle(JS_UNDEFINED); });
  return promise.value();
}

// say(fd, text): all of it, waiting where a pipe of the caller is full and does not block
JSValue say(const Call &call) {
  int fd = call.number(0);
  std::string text = call.text(1);
  for (std::string_view rest = text; !rest.empty();) {
    ssize_t sent = ::write(fd, rest.data(), rest.size());
    if (sent >= 0) rest.remove_prefix(static_cast<size_t>(sent));
    else if (errno == EAGAIN) {
      pollfd wait{fd, POLLOUT, 0};
      poll(&wait, 1, -1);
    } else if (errno != EINTR)
      return fail(call.context, errno, "write");
  }
  return JS_UNDEFINED;
}

JSValue seccomp_version(const Call &call) { return from_text(call.context, core::seccomp_version()); }
JSValue seccomp_api(const Call &call) { return JS_NewUint32(call.context, core::seccomp_api()); }
JSValue seccomp_knows_architecture(const Call &call) {
  return JS_NewBool(call.context, core::seccomp_knows_architecture(call.text(0).c_str()));
}
JSValue seccomp_takes_flags(const Call &call) {
  return JS_NewBool(call.context, core::seccomp_takes_flags(static_cast<unsigned>(call.number(0))));
}

// findProgram(directory, section): a descriptor, or undefined
JSValue find_program(const Call &call) {
  Fd program = core::program_of_section(call.text(0), Text(call, 1).view());
  return program ? JS_NewInt32(call.context, program.release()) : JS_UNDEFINED;
}

// prepare(verb): gets ready what a command of this verb writes to; false for one that nothing is known of
JSValue prepare(const Call &call) { return JS_NewBool(call.context, copy_pages(call.text(0))); }

constexpr Function kTable[] = {
    {"arguments", get_arguments},
    {"prepare", prepare},
    {"variable", get_variable},
    {"directory", get_directory},
    {"ids", get_ids},
    {"capabilities", get_capabilities},
    {"isInherited", is_inherited},
    {"now", now},
    {"sleep", sleep},
    {"say", say},
    {"seccompVersion", seccomp_version},
    {"seccompApi", seccomp_api},
    {"seccompKnowsArchitecture", seccomp_knows_architecture},
    {"seccompTakesFlags", seccomp_takes_flags},
    {"findProgram", find_program},
};

}  // namespace

constinit const std::span<const Function> kSelf = kTable;

void set_arguments(int count, char **values) { arguments = {values, static_cast<size_t>(count)}; }

}  // namespace runts::quickjs
