// runts-init: the container's process until execve. It runs the steps of the plan that are init's, in order,
// and hands the turn to the host for the others.
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "control.h"
#include "handlers.h"

namespace runts::init {
namespace {

// Made in start(): static memory that stays untouched where no step needs it.
alignas(Context) unsigned char context_memory[sizeof(Context)];

template <typename T>
Result decode_and_run(Context &c, const plan::Entry &entry) {
  T step;
  if (entry.decode(step)) return run(c, step);
  return Result::failure(EBADMSG, c.report.words("the plan").detail("this step is damaged"));
}

// Exhaustive over the kinds: a new kind is a compiler's warning here until it says who runs it.
Result dispatch(Context &c, const plan::Entry &entry) {
  using plan::Kind;
  switch (entry.kind) {
#define RUNTS_INIT_STEP(name) \
  case Kind::name:            \
    return decode_and_run<plan::name>(c, entry)
    RUNTS_INIT_STEP(Rlimit);
    RUNTS_INIT_STEP(Hook);
    RUNTS_INIT_STEP(Join);
    RUNTS_INIT_STEP(Unshare);
    RUNTS_INIT_STEP(BecomeRoot);
    RUNTS_INIT_STEP(RootDirectory);
    RUNTS_INIT_STEP(TimeOffsets);
    RUNTS_INIT_STEP(OomScore);
    RUNTS_INIT_STEP(Fork);
    RUNTS_INIT_STEP(SessionKeyring);
    RUNTS_INIT_STEP(Loopback);
    RUNTS_INIT_STEP(Hostname);
    RUNTS_INIT_STEP(Domainname);
    RUNTS_INIT_STEP(Procfs);
    RUNTS_INIT_STEP(MountPropagation);
    RUNTS_INIT_STEP(Root);
    RUNTS_INIT_STEP(Mount);
    RUNTS_INIT_STEP(Bind);
    RUNTS_INIT_STEP(MountAttributes);
    RUNTS_INIT_STEP(Reconfigure);
    RUNTS_INIT_STEP(FileLabel);
    RUNTS_INIT_STEP(Device);
    RUNTS_INIT_STEP(Symlink);
    RUNTS_INIT_STEP(CwdCreate);
    RUNTS_INIT_STEP(Mask);
    RUNTS_INIT_STEP(ReadonlyPath);
    RUNTS_INIT_STEP(Console);
    RUNTS_INIT_STEP(RootReadonly);
    RUNTS_INIT_STEP(Pivot);
    RUNTS_INIT_STEP(RootPropagation);
    RUNTS_INIT_STEP(Sysctl);
    RUNTS_INIT_STEP(Umask);
    RUNTS_INIT_STEP(Personality);
    RUNTS_INIT_STEP(Scheduler);
    RUNTS_INIT_STEP(IoPriority);
    RUNTS_INIT_STEP(CpuAffinity);
    RUNTS_INIT_STEP(MemoryPolicy);
    RUNTS_INIT_STEP(Apparmor);
    RUNTS_INIT_STEP(Selinux);
    RUNTS_INIT_STEP(NoNewPrivileges);
    RUNTS_INIT_STEP(Cwd);
    RUNTS_INIT_STEP(User);
    RUNTS_INIT_STEP(Capabilities);
    RUNTS_INIT_STEP(FindExecutable);
    RUNTS_INIT_STEP(Unmount);
    RUNTS_INIT_STEP(AwaitStart);
    RUNTS_INIT_STEP(CloseFds);
    RUNTS_INIT_STEP(Seccomp);
    RUNTS_INIT_STEP(CapabilitiesFinal);
    RUNTS_INIT_STEP(Execve);
#undef RUNTS_INIT_STEP
    case Kind::DeviceNode:
    case Kind::DismissVisitor:
    case Kind::CgroupCreate:
    case Kind::CgroupOpen:
    case Kind::CgroupWrite:
    case Kind::CgroupDevices:
    case Kind::CgroupChown:
    case Kind::CgroupFreeze:
    case Kind::CgroupVacant:
    case Kind::CgroupAdopt:
    case Kind::SystemdCall:
    case Kind::CgroupKill:
    case Kind::CgroupRemove:
    case Kind::ResctrlMake:
    case Kind::ResctrlSchemata:
    case Kind::ResctrlJoin:
    case Kind::ResctrlRemove:
    case Kind::SeccompCompile:
    case Kind::SeccompKept:
    case Kind::Listen:
    case Kind::Connect:
    case Kind::OpenTree:
    case Kind::AttachRoot:
    case Kind::DetachRoot:
    case Kind::FileSystem:
    case Kind::Overlay:
    case Kind::OpenNamespace:
    case Kind::OpenProcess:
    case Kind::Clone:
    case Kind::IdMap:
    case Kind::NetDevice:
    case Kind::Created:
    case Kind::Dismiss:
    case Kind::Start:
    case Kind::Signal:
      break;
  }
  return Result::failure(EINVAL, c.report.words("the plan").detail("this step is the host's"));
}

// Two times a step, in memory that the host shares; nothing where no trace is asked for.
class Trace {
 public:
  void map(int fd) {
    struct stat status;
    if (fstat(fd, &status) != 0 || status.st_size == 0) return;
    size_t size = static_cast<size_t>(status.st_size);
    void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) return;
    times_ = static_cast<volatile uint64_t *>(memory);
    count_ = size / sizeof(uint64_t);
  }
  void mark(uint32_t step, uint32_t which) {
    size_t at = static_cast<size_t>(step) * 2 + which;
    if (at >= count_) return;
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    times_[at] = static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
  }

 private:
  volatile uint64_t *times_ = nullptr;
  size_t count_ = 0;
};

constinit Trace trace;

[[noreturn]] void refuse(Context &context, uint32_t step, int error, std::string_view why) {
  give_up(context, step, Result::failure(error, context.report.words("the plan").detail(why)));
}

void run_plan(Context &context, plan::View &view) {
  context.rest = &view;
  uint32_t go_on_at = wait_for_baton(context);
  end_on_signals_if_it_waits(context);
  plan::Entry entry;
  while (view.more()) {
    uint32_t step = view.index();
    if (!view.next(entry)) refuse(context, step, EBADMSG, "is damaged");
    if (entry.on == plan::Side::Host) {
      if (step >= go_on_at) go_on_at = hand_over(context, step);
      continue;
    }
    if (step < go_on_at) refuse(context, step, EPROTO, "the host went past a step of init");
    context.step = step;
    context.report.words(plan::kKindNames[static_cast<uint32_t>(entry.kind)]);
    trace.mark(step, 0);
    Result result = dispatch(context, entry);
    trace.mark(step, 1);
    if (result.failed()) give_up(context, step, result);
    // After a fork this is the child, and it is the host's word that lets it go on.
    if (entry.kind == plan::Kind::Fork) go_on_at = wait_for_baton(context);
  }
}

// A missing standard descriptor would be taken by the next open.
void fill_stdio() {
  for (int fd = 0; fd < 3; fd++) {
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) _exit(1);
  }
}

// A decimal number without sign; -1 for anything else.
int number(const char *text) {
  int value = 0;
  if (!*text) return -1;
  for (; *text; text++) {
    if (*text < '0' || *text > '9' || value > 100000000) return -1;
    value = value * 10 + (*text - '0');
  }
  return value;
}

int start(char **argv) {
  int control = number(argv[1]), plan_fd = number(argv[2]), keep = number(argv[4]);
  int trace_fd = strcmp(argv[3], "-") == 0 ? -1 : number(argv[3]);
  if (control < 0 || plan_fd < 0 || keep < 0) return 1;
  Context &context = *new (context_memory) Context;
  context.control.reset(control);
  context.keep = static_cast<uint32_t>(keep);
  memset(context.slots, -1, sizeof(context.slots));
  fcntl(control, F_SETFD, FD_CLOEXEC);
  fill_stdio();
  context.umask = umask(0);
  // A session of its own: signals of the caller's terminal are the caller's. It fails for a leader, who has
  // one.
  setsid();

  struct stat status;
  if (fstat(plan_fd, &status) != 0 || status.st_size <= 0) refuse(context, 0, EBADF, "cannot be read");
  size_t size = static_cast<size_t>(status.st_size);
  void *bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, plan_fd, 0);
  if (bytes == MAP_FAILED) refuse(context, 0, errno, "cannot be mapped");
  close(plan_fd);
  if (trace_fd >= 0) {
    trace.map(trace_fd);
    close(trace_fd);
  }
  plan::View view({static_cast<const char *>(bytes), size});
  if (!view.ok()) refuse(context, 0, EBADMSG, view.of_this_build() ? "is damaged" : "is of another build");
  run_plan(context, view);
  return 0;
}

}  // namespace
}  // namespace runts::init

int main(int argc, char **argv) {
  // First of all: nobody whom a joined namespace lets see this process may look into it.
  if (prctl(PR_SET_DUMPABLE, 0) != 0) return 1;
  return argc == runts::protocol::kHelperArguments ? runts::init::start(argv) : 1;
}
