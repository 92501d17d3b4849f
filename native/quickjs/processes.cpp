// Processes, sockets and what is asked of others.
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/files.h"
#include "../core/notify.h"
#include "../core/probe.h"
#include "../core/systemd.h"
#include "../sys/syscalls.h"
#include "functions.h"
#include "loop.h"

namespace runts::quickjs {
namespace {

// A `ps` with this much output has gone wrong.
constexpr size_t kMostOutput = size_t{64} << 20;

// sendSignal(pidfd, signal): a process that is gone is fine
JSValue send_signal(const Call &call) {
  int error = sys::pidfd_send_signal(call.number(0), call.number(1));
  return error < 0 && error != -ESRCH ? fail(call.context, error, "pidfd_send_signal") : JS_UNDEFINED;
}

JSValue open_pidfd(const Call &call) {
  int fd = sys::pidfd_open(call.number(0), 0);
  return fd < 0 ? fail(call.context, fd, "pidfd_open") : JS_NewInt32(call.context, fd);
}

JSValue close_descriptor(const Call &call) {
  return close(call.number(0)) != 0 ? fail(call.context, errno, "close") : JS_UNDEFINED;
}

JSValue become_subreaper(const Call &call) {
  return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0 ? fail(call.context, errno, "prctl") : JS_UNDEFINED;
}

JSValue reap_orphans(const Call &) {
  while (waitpid(-1, nullptr, WNOHANG | __WALL) > 0) {
  }
  return JS_UNDEFINED;
}

// sendDescriptor(path, fd, text)
JSValue send_descriptor(const Call &call) {
  int error = core::send_descriptor(call.text(0), call.number(1), call.text(2));
  return error < 0 ? fail(call.context, error, "sendmsg") : JS_UNDEFINED;
}

// forwardNotify(listenPath, notifyPath, pid): a promise; it listens before this returns.
JSValue forward_notify(const Call &call) {
  auto notify = std::make_shared<core::Notify>();
  int error = core::open_notify(call.text(0), call.text(1), call.number(2), *notify);
  if (error < 0) return settled(call.context, system_error(call.context, error, "connect"));
  return on_thread(
      call.context, [notify] { return core::forward_notify(*notify); },
      [context = call.context](int error) {
        return error < 0 ? system_error(context, error, "sendmsg") : JS_UNDEFINED;
      });
}

// probe(arguments): a promise of the lines of native/probe
JSValue probe(const Call &call) {
  std::string answer;
  core::Status status = core::probe_machine(call.texts(0), answer);
  return settled(call.context,
                 status.ok() ? from_text(call.context, answer) : status_error(call.context, status));
}

// askSystemd(socket, calls, timeoutMs): a promise of the answers
JSValue ask_systemd(const Call &call) {
  std::vector<std::string> answers;
  core::Status status = core::ask_systemd(call.text(0), call.blobs(1), call.number(2), answers);
  if (!status.ok()) return settled(call.context, status_error(call.context, status));
  return settled(call.context, from_list(call.context, answers, [&](const std::string &answer) {
                   return from_bytes(call.context, answer);
                 }));
}

// As execve(2) takes them.
std::vector<char *> pointers_to(std::vector<std::string> &words) {
  std::vector<char *> pointers;
  for (std::string &word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// A program, found in PATH, whose two outputs go into one end of a pipe each; its pid, or -errno.
int start_program(std::vector<std::string> &words, const int *ends) {
  std::vector<char *> arguments = pointers_to(words);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (int i = 0; i < 2; i++) posix_spawn_file_actions_adddup2(&actions, ends[i], i + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t every;
  sigfillset(&every);
  posix_spawnattr_setsigdefault(&attributes, &every);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  int error = posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error ? -error : pid;
}

// Both to their ends; 0, or -errno.
int read_both(const Fd *from, std::string *texts) {
  pollfd wait[] = {{from[0].get(), POLLIN, 0}, {from[1].get(), POLLIN, 0}};
  while (wait[0].fd >= 0 || wait[1].fd >= 0) {
    if (poll(wait, 2, -1) < 0 && errno != EINTR) return -errno;
    for (int i = 0; i < 2; i++) {
      if (!wait[i].revents) continue;
      char bytes[4096];
      ssize_t got = read(wait[i].fd, bytes, sizeof(bytes));
      if (got > 0) texts[i].append(bytes, static_cast<size_t>(got));
      else if (got == 0 || errno != EINTR) wait[i].fd = -1;
      if (texts[i].size() > kMostOutput) return -EFBIG;
    }
  }
  return 0;
}

// capture([program, ...arguments]): {status, stdout, stderr}; status is that of waitpid(2)
JSValue capture(const Call &call) {
  std::vector<std::string> words = call.texts(0);
  Fd ours[2], theirs[2];
  for (int i = 0; i < 2; i++) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return fail(call.context, errno, "pipe2");
    ours[i].reset(ends[0]);
    theirs[i].reset(ends[1]);
  }
  const int outputs[] = {theirs[0].get(), theirs[1].get()};
  int pid = start_program(words, outputs);
  if (pid < 0) return fail(call.context, pid, "execve", words[0]);
  for (Fd &end : theirs) end.reset();
  std::string texts[2];
  int error = read_both(ours, texts), status = 0;
  for (Fd &end : ours) end.reset();
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (error < 0) return fail(call.context, error, "read");
  JSValue value = JS_NewObject(call.context);
  set(call.context, value, "status", JS_NewInt32(call.context, status));
  set(call.context, value, "stdout", from_text(call.context, texts[0]));
  set(call.context, value, "stderr", from_text(call.context, texts[1]));
  return value;
}

// become(name, [program, ...arguments]): this process goes on as that program, found in PATH, which goes by the name
JSValue become(const Call &call) {
  std::vector<std::string> words = call.texts(1);
  setenv("RUNTS_NAME", call.text(0).c_str(), 1);
  signal(SIGPIPE, SIG_DFL);
  execvp(words[0].c_str(), pointers_to(words).data());
  return fail(call.context, errno, "execve", words[0]);
}

constexpr Function kTable[] = {
    {"become", become},
    {"sendSignal", send_signal},
    {"openPidfd", open_pidfd},
    {"closeDescriptor", close_descriptor},
    {"becomeSubreaper", become_subreaper},
    {"reapOrphans", reap_orphans},
    {"sendDescriptor", send_descriptor},
    {"forwardNotify", forward_notify},
    {"probe", probe},
    {"askSystemd", ask_systemd},
    {"capture", capture},
};

}  // namespace

constinit const std::span<const Function> kProcesses = kTable;

}  // namespace runts::quickjs
