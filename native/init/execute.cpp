// The end of init: waiting for start, the system call filter, and the container's program.
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "../sys/channel.h"
#include "agent.h"
#include "control.h"
#include "handlers.h"
#include "home.h"
#include "strings.h"

namespace runts::init {
namespace {

constexpr size_t kInstructionSize = 8;
constexpr size_t kMostInstructions = 4096;

struct FilterProgram {
  unsigned short length;
  const void *instructions;
};

// 0, or why the file cannot be executed.
int executable_error(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (!S_ISREG(status.st_mode)) return EACCES;
  long error = sys::call(SYS_faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS);
  return static_cast<int>(-error);
}

bool join(std::string_view directory, std::string_view name, char *out, size_t size) {
  if (directory.empty()) directory = ".";
  if (directory.size() + name.size() + 2 > size) return false;
  memcpy(out, directory.data(), directory.size());
  out[directory.size()] = '/';
  memcpy(out + directory.size() + 1, name.data(), name.size());
  out[directory.size() + 1 + name.size()] = 0;
  return true;
}

Result not_found(Context &context, const plan::FindExecutable &step, int error) {
  Report &report = context.report.call("execve").string(step.name);
  if (error == ENOENT && step.name.find('/') == std::string_view::npos)
    report.detail("executable file not found in $PATH");
  context.executable[0] = 0;
  return Result::failure(error, report);
}

// The only step kinds that take a slot after the descriptors were closed.
bool is_slot_of(const plan::Entry &entry, uint32_t slot) {
  if (entry.on != plan::Side::Init) return false;
  if (entry.kind == plan::Kind::Seccomp) {
    plan::Seccomp step;
    return entry.decode(step) && (step.slot == slot || step.listener == slot);
  }
  plan::AwaitStart step;
  return entry.kind == plan::Kind::AwaitStart && entry.decode(step) && step.slot == slot;
}

// True where a step that is still to come satisfies `wanted`.
template <typename Wanted>
bool any_ahead(const Context &context, Wanted wanted) {
  plan::View rest = *context.rest;
  plan::Entry entry;
  while (rest.more() && rest.next(entry)) {
    if (wanted(entry)) return true;
  }
  return false;
}

bool is_needed_later(const Context &context, uint32_t slot) {
  return any_ahead(context, [slot](const plan::Entry &entry) { return is_slot_of(entry, slot); });
}

bool procfs_is_needed_later(const Context &context) {
  return any_ahead(context, [](const plan::Entry &entry) {
    return entry.kind == plan::Kind::Apparmor || entry.kind == plan::Kind::Selinux ||
           entry.kind == plan::Kind::Sysctl;
  });
}

// Nothing but 0..2, what the program gets, and the control channel (close-on-exec) is left.
void close_descriptors(Context &context, uint32_t keep) {
  context.root.reset();
  context.null_device.reset();
  context.empty_directory.reset();
  if (!procfs_is_needed_later(context)) context.procfs.reset();
  for (uint32_t slot = 0; slot < protocol::kMaxSlots; slot++) {
    if (context.slots[slot] >= 0 && !is_needed_later(context, slot)) take_slot(context, slot).reset();
  }
  sys::close_range(3 + keep, ~0u, sys::kCloseRangeCloexec);
}

// The host learns that execve comes next: its end of the channel is then success.
void tell_executing(Context &context, uint32_t step) {
  if (context.said_executing) return;
  if (tell(context, channel::plain(protocol::Type::Executing, step)) != 0) _exit(1);
  context.said_executing = true;
}

// Before a filter that may forbid to say so, where only steps of init stand between it and execve.
void tell_executing_ahead(Context &context) {
  plan::View rest = *context.rest;
  plan::Entry entry;
  while (rest.more()) {
    uint32_t step = rest.index();
    if (!rest.next(entry) || entry.on == plan::Side::Host) return;
    if (entry.kind == plan::Kind::Execve) return tell_executing(context, step);
  }
}

const char *home_of(Context &context, const plan::Execve &step) {
  return step.add_home ? home_variable(context, step.uid) : nullptr;
}

// Before a filter that may forbid to open /etc/passwd.
void find_home_ahead(Context &context) {
  any_ahead(context, [&context](const plan::Entry &entry) {
    plan::Execve step;
    bool found = entry.kind == plan::Kind::Execve && entry.decode(step);
    if (found) home_of(context, step);
    return found;
  });
}

// Signals that end a process by default, but SIGKILL, which needs no help.
constexpr int kEnding[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM,
                           SIGTERM, SIGXCPU, SIGXFSZ, SIGIO,   SIGPWR};

void end_by_signal(int signal) { _exit(128 + signal); }

}  // namespace

// pid_namespaces(7): what the first process of a namespace does not handle does not reach it, and a container that
// waits shall be ended as others are: from its first moment, which only the host knows. execve sets the actions back.
void end_on_signals_if_it_waits(Context &context) {
  bool waits = any_ahead(context, [](const plan::Entry &entry) { return entry.kind == plan::Kind::AwaitStart; });
  if (!waits) return;
  for (int signal : kEnding) sys::set_signal_action(signal, end_by_signal);
}

Result run(Context &context, const plan::FindExecutable &step) {
  std::string_view name = step.name;
  if (name.empty()) return not_found(context, step, ENOENT);
  if (name.find('/') != std::string_view::npos) {
    if (name.size() >= sizeof(context.executable)) return not_found(context, step, ENAMETOOLONG);
    memcpy(context.executable, step.name.c_str(), name.size() + 1);
    int error = executable_error(context.executable);
    return error ? not_found(context, step, error) : Result::ok();
  }
  bool denied = false;
  std::string_view path = step.path;
  while (true) {
    size_t colon = path.find(':');
    if (join(path.substr(0, colon), name, context.executable, sizeof(context.executable))) {
      int error = executable_error(context.executable);
      if (error == 0) return Result::ok();
      denied = denied || error == EACCES || error == EISDIR;
    }
    if (colon == std::string_view::npos) break;
    path.remove_prefix(colon + 1);
  }
  return not_found(context, step, denied ? EACCES : ENOENT);
}

// The host has given the baton back for the last time over the old channel: nobody is behind it any more, so
// what fails before the connection cannot be told.
Result run(Context &context, const plan::AwaitStart &step) {
  Fd listener = take_slot(context, step.slot);
  if (!listener) return no_such_slot(context, step.slot);
  context.control.reset();
  // Labels were written: the wait may be long, and who gets hold of this process shall find nothing.
  if (!procfs_is_needed_later(context)) context.procfs.reset();
  int fd;
  do fd = accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
  while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
  if (fd < 0) {
    int error = errno;
    return Result::failure(error, context.report.call("accept4").fd(listener.get()));
  }
  context.control.reset(fd);
  wait_for_baton(context, true);
  return Result::ok();
}

Result run(Context &context, const plan::CloseFds &step) {
  context.keep = step.keep;
  close_descriptors(context, step.keep);
  return Result::ok();
}

Result run(Context &context, const plan::Seccomp &step) {
  Fd program = take_slot(context, step.slot);
  if (!program) return no_such_slot(context, step.slot);
  struct stat status;
  if (fstat(program.get(), &status) != 0)
    return Result::failure(errno, context.report.call("fstat").fd(program.get(), "filter"));
  size_t size = static_cast<size_t>(status.st_size), count = size / kInstructionSize;
  if (!count || size % kInstructionSize || count > kMostInstructions) {
    return Result::failure(EINVAL, context.report.call("seccomp")
                                       .number(static_cast<int64_t>(count))
                                       .detail("the filter has no valid size"));
  }
  void *bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, program.get(), 0);
  if (bytes == MAP_FAILED)
    return Result::failure(errno, context.report.call("mmap").fd(program.get(), "filter"));
  program.reset();
  FilterProgram filter{static_cast<unsigned short>(count), bytes};
  Fd agent = take_slot(context, step.listener);
  if (step.listener && !agent) return no_such_slot(context, step.listener);
  std::string_view state;
  if (agent) {
    if (Result result = process_state(context, step.state, state); result.failed()) return result;
  }
  uint64_t flags = step.flags | (step.listener ? sys::kSeccompNewListener : 0);
  find_home_ahead(context);
  tell_executing_ahead(context);
  long error = sys::call(SYS_seccomp, sys::kSeccompSetModeFilter, flags, &filter);
  if (error >= 0 && !step.listener) return Result::ok();
  if (error >= 0) return tell_agent(context, std::move(agent), Fd(static_cast<int>(error)), state);
  Report &report = context.report.call("seccomp")
                       .word("SECCOMP_SET_MODE_FILTER")
                       .hex(flags)
                       .number(static_cast<int64_t>(count));
  if (error == -EINVAL && flags) report.detail("the kernel does not know one of the flags");
  if (error == -EBUSY) report.detail("a filter around runts has an agent, and the kernel allows for one");
  if (error == -EACCES) report.detail("needs noNewPrivileges or CAP_SYS_ADMIN");
  return Result::failure(static_cast<int>(-error), report);
}

Result run(Context &context, const plan::Execve &step) {
  char **args = string_array(step.args);
  char **env = string_array(step.env, home_of(context, step));
  if (!args || !env) return Result::failure(ENOMEM, context.report.call("mmap"));
  if (!args[0])
    return Result::failure(EINVAL, context.report.call("execve").detail("there are no arguments"));
  close_descriptors(context, context.keep);
  tell_executing(context, context.step);
  const char *path = context.executable[0] ? context.executable : args[0];
  execve(path, args, env);
  int error = errno;
  return Result::failure(error, context.report.call("execve").string(path));
}

}  // namespace runts::init
