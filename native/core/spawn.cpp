#include "spawn.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../sys/raw.h"
#include "../sys/syscalls.h"

namespace runts::core {
namespace {

constexpr size_t kStack = 64 << 10;
constexpr size_t kGuard = 4 << 10;
constexpr int kKillMs = 10'000;
constexpr int kSignals = 64;
constexpr unsigned kPidfdType = 3;  // P_PIDFD, which C++ sees as a number only

struct KernelSigaction {
  void *handler;
  unsigned long flags;
  void *restorer;
  uint64_t mask;
};

struct Range {
  unsigned first, last;
};

// What parent and child share. The child writes `error` and what belongs to it; the parent reads them when it
// has ended.
struct Shared {
  const Place *places;
  size_t place_count;
  int *moved;
  int spare;
  bool own_group;
  const Range *unwanted;
  size_t unwanted_count;
  int program;
  const char *path;
  const char *const *args;
  const char *const *env;
  rlimit files;
  volatile int error = 0;
  const char *volatile failed_call = nullptr;
  volatile int failed_fd = -1;
};

[[noreturn]] void give_up(Shared &shared, const char *call, int fd, long error) {
  shared.failed_call = call;
  shared.failed_fd = fd;
  shared.error = static_cast<int>(-error);
  raw::exit_group(127);
}

void reset_signals() {
  KernelSigaction action{};
  for (int signal = 1; signal <= kSignals; signal++) {
    raw::call(SYS_rt_sigaction, signal, reinterpret_cast<long>(&action), 0, sizeof(uint64_t));
  }
}

// All go above the targets first, so that no target overwrites a source that is still needed.
void place_descriptors(Shared &shared) {
  for (size_t i = 0; i < shared.place_count; i++) {
    long from = shared.places[i].from;
    if (from < 0) {
      from = raw::call(SYS_openat, AT_FDCWD, reinterpret_cast<long>("/dev/null"), O_RDWR | O_CLOEXEC);
      if (from < 0) give_up(shared, "open", -1, from);
    }
    long moved = raw::call(SYS_fcntl, from, F_DUPFD_CLOEXEC, shared.spare);
    if (moved < 0) give_up(shared, "fcntl", static_cast<int>(from), moved);
    shared.moved[i] = static_cast<int>(moved);
  }
  for (size_t i = 0; i < shared.place_count; i++) {
    const Place &place = shared.places[i];
    long error = raw::call(SYS_dup3, shared.moved[i], place.to, place.close_on_exec ? O_CLOEXEC : 0);
    if (error < 0) give_up(shared, "dup3", place.to, error);
  }
  for (size_t i = 0; i < shared.unwanted_count; i++) {
    raw::call(SYS_close_range, shared.unwanted[i].first, shared.unwanted[i].last, 0);
  }
}

void run_child(void *argument) {
  Shared &shared = *static_cast<Shared *>(argument);
  reset_signals();
  if (shared.own_group) raw::call(SYS_setpgid, 0, 0);
  place_descriptors(shared);
  uint64_t none = 0;
  raw::call(SYS_rt_sigprocmask, SIG_SETMASK, reinterpret_cast<long>(&none), 0, sizeof(none));
  raw::call(SYS_prlimit64, 0, RLIMIT_NOFILE, reinterpret_cast<long>(&shared.files), 0);
  bool by_path = shared.path != nullptr;
  long error =
      raw::call(SYS_execveat, by_path ? AT_FDCWD : shared.program,
                reinterpret_cast<long>(by_path ? shared.path : ""), reinterpret_cast<long>(shared.args),
                reinterpret_cast<long>(shared.env), by_path ? 0 : sys::kAtEmptyPath);
  give_up(shared, by_path ? "execve" : "execveat", by_path ? -1 : shared.program, error);
}

// It must outlast neither the runtime nor hold anything of its: a descriptor kept here would keep a lock, too.
void run_holder(void *argument) {
  long parent = *static_cast<const int *>(argument);
  raw::call(SYS_close_range, 0, ~0U, 0);
  raw::call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before it was asked for.
  if (raw::call(SYS_getppid) != parent) raw::exit_group(1);
  for (;;) raw::call(SYS_ppoll, 0, 0, 0, 0, 0);
}

// A stack with a page below it that faults.
class Stack {
 public:
  Stack()
      : base_(mmap(nullptr, kStack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0)) {
    if (ok()) mprotect(base_, kGuard, PROT_NONE);
  }
  ~Stack() {
    if (ok()) munmap(base_, kStack);
  }
  Stack(const Stack &) = delete;
  Stack &operator=(const Stack &) = delete;
  bool ok() const { return base_ != MAP_FAILED; }
  void *base() const { return base_; }

 private:
  void *base_;
};

// The child starts with every signal blocked, those of the C library too: no handler of the caller's may run
// in it.
long clone_blocked(const sys::CloneArgs &args, void (*entry)(void *), void *argument) {
  uint64_t all = ~0ULL, before = 0;
  sys::call(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof(all));
  long pid = raw::clone3(&args, sizeof(args), entry, argument);
  sys::call(SYS_rt_sigprocmask, SIG_SETMASK, &before, nullptr, sizeof(before));
  return pid;
}

struct Origin {
  uint64_t namespaces;
  int cgroup;      // -1: the caller's
  uint64_t flags;  // further ones of clone3
};

Status start(const Origin &origin, const Stack &stack, void (*entry)(void *), void *argument, Child &child) {
  const auto &[namespaces, cgroup, flags] = origin;
  if (!stack.ok()) return failed(ENOMEM, "mmap()");
  int pidfd = -1;
  sys::CloneArgs args{};
  args.flags = sys::kCloneVm | sys::kClonePidfd | sys::kCloneClearSighand | namespaces | flags;
  args.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  args.stack = reinterpret_cast<uint64_t>(stack.base());
  args.stack_size = kStack;
  if (cgroup >= 0) {
    args.flags |= sys::kCloneIntoCgroup;
    args.cgroup = static_cast<uint64_t>(cgroup);
  }
  long pid = clone_blocked(args, entry, argument);
  if (pid > 0) {
    child.pid = static_cast<int>(pid);
    child.pidfd.reset(pidfd);
    return done();
  }
  Report report;
  report.call("clone3").flags(namespaces, kNamespaceNames);
  if (cgroup >= 0) report.word("CLONE_INTO_CGROUP").fd(cgroup, "cgroup");
  if (pid == -ENOSYS)
    report.detail("clone3 is refused here: a seccomp filter around runts, or a kernel before 5.7");
  if (pid == -EPERM && namespaces) report.detail("new namespaces need CAP_SYS_ADMIN or a user namespace");
  return failed(static_cast<int>(pid), report);
}

// Node raises the soft limit of its own open files to the hard one; a container gets what the runtime's caller has.
rlimit limit_of_caller() {
  rlimit own{}, caller{};
  getrlimit(RLIMIT_NOFILE, &own);
  if (prlimit(getppid(), RLIMIT_NOFILE, nullptr, &caller) == 0) own.rlim_cur = std::min(own.rlim_cur, caller.rlim_cur);
  return own;
}

// What lies between the targets and above them.
std::vector<Range> unwanted(std::vector<Place> places) {
  std::sort(places.begin(), places.end(), [](const Place &a, const Place &b) { return a.to < b.to; });
  std::vector<Range> ranges;
  unsigned next = 0;
  for (const Place &place : places) {
    auto to = static_cast<unsigned>(place.to);
    if (to > next) ranges.push_back({next, to - 1});
    next = to + 1;
  }
  ranges.push_back({next, ~0U});
  return ranges;
}

Status child_failed(const Shared &shared) {
  Report report;
  report.call(shared.failed_call);
  if (shared.path && !strcmp(shared.failed_call, "execve")) report.string(shared.path);
  if (shared.failed_fd >= 0) report.fd(shared.failed_fd);
  if (!strcmp(shared.failed_call, "open")) report.string("/dev/null");
  return failed(shared.error, report);
}

}  // namespace

Status spawn(const Spawn &request, Child &child) {
  std::vector<Place> places = request.places;
  int top = 2;
  for (const Place &place : places) top = std::max(top, place.to);
  int program = top + 1;
  if (request.program >= 0) places.push_back({request.program, program, true});
  std::vector<Range> ranges = unwanted(places);
  std::vector<int> moved(places.size());
  std::vector<const char *> args = request.args, env = request.env;
  args.push_back(nullptr);
  env.push_back(nullptr);
  Shared shared{};
  shared.places = places.data();
  shared.place_count = places.size();
  shared.moved = moved.data();
  shared.spare = program + 1;
  shared.own_group = request.own_group;
  shared.unwanted = ranges.data();
  shared.unwanted_count = ranges.size();
  shared.program = program;
  shared.path = request.path;
  shared.args = args.data();
  shared.env = env.data();
  shared.files = limit_of_caller();

  // CLONE_VFORK, and not for the waiting alone: until it executes the program the child shares this process's
  // memory but counts in the container's cgroup. Were that to run out of memory, the child would be the largest
  // there, and the kernel kills all that share its memory; it spares a child that its parent waits for in vfork.
  // The wait ends when the child has given the memory back, by execveat or by its end: then `error` is final.
  // Kept: to unmap it would interrupt all threads of this process.
  thread_local Stack stack;
  Origin origin{request.namespaces, request.cgroup, sys::kCloneVfork};
  if (Status failure = start(origin, stack, run_child, &shared, child); !failure.ok()) return failure;
  if (!shared.error) return done();
  (void)kill_and_reap(child.pidfd);
  child = {};
  return child_failed(shared);
}

Status with_holder(uint64_t namespaces, const std::function<Status(const Child &)> &use) {
  Stack stack;
  Child child;
  int self = getpid();
  Status status = start({namespaces, -1, 0}, stack, run_holder, &self, child);
  if (!status.ok()) return status;
  status = use(child);
  (void)kill_and_reap(child.pidfd);
  return status;
}

std::string Ending::text() const {
  return signaled ? "killed by signal " + std::to_string(number) : "exit code " + std::to_string(number);
}

std::optional<Ending> reap(const Fd &pidfd, int timeout_ms) {
  if (!pidfd) return {};
  if (timeout_ms >= 0) {
    pollfd wait{pidfd.get(), POLLIN, 0};
    if (poll(&wait, 1, timeout_ms) <= 0) return {};
  }
  siginfo_t info{};
  int error;
  do
    error =
        waitid(static_cast<idtype_t>(kPidfdType), static_cast<id_t>(pidfd.get()), &info, WEXITED | __WALL);
  while (error != 0 && errno == EINTR);
  if (error != 0 || info.si_pid == 0) return {};
  return Ending{info.si_code != CLD_EXITED, info.si_status};
}

std::optional<Ending> kill_and_reap(const Fd &pidfd) {
  if (!pidfd) return {};
  sys::pidfd_send_signal(pidfd.get(), SIGKILL);
  return reap(pidfd, kKillMs);
}

}  // namespace runts::core
