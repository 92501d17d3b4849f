#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>

#include "../plan/protocol.h"
#include "../sys/syscalls.h"
#include "files.h"
#include "helper.h"
#include "memfd.h"
#include "steps.h"

namespace runts::core {
namespace {

struct Channel {
  Fd ours, theirs;
};

Status open_channel(Channel &channel) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return failed(errno, "socketpair(AF_UNIX, SOCK_SEQPACKET)");
  }
  channel.ours.reset(ends[0]);
  channel.theirs.reset(ends[1]);
  return done();
}

// The helper's descriptors and arguments, as native/plan/protocol.h says.
void describe_helper(const Context &context, int channel, int plan, Spawn &spawn,
                     std::vector<std::string> &args) {
  for (int i = 0; i < 3; i++) spawn.places.push_back({context.options.stdio[i], i});
  int next = 3;
  for (int fd : context.options.preserve) spawn.places.push_back({fd, next++});
  int base = std::max(protocol::kFirstOwnFd, next);
  spawn.places.push_back({channel, base});
  spawn.places.push_back({plan, base + 1});
  bool traced = context.trace.fd() >= 0;
  if (traced) spawn.places.push_back({context.trace.fd(), base + 2});
  args = {"runts-init", std::to_string(base), std::to_string(base + 1),
          traced ? std::to_string(base + 2) : "-", std::to_string(context.options.preserve.size())};
  for (const std::string &arg : args) spawn.args.push_back(arg.c_str());
}

}  // namespace

Status clone_init(const plan::Clone &step, Context &context) {
  if (step.into_cgroup && !context.cgroup.dir)
    return failed(EPROTO, "the plan", "clone comes before a cgroup is open");
  Spawn request;
  Channel channel;
  Fd plan;
  if (Status status = helper_memfd(request.program); !status.ok()) return status;
  if (Status status = open_channel(channel); !status.ok()) return status;
  if (Status status = sealed_memfd("runts-plan", context.plan, plan); !status.ok()) return status;
  std::vector<std::string> args;
  describe_helper(context, channel.theirs.get(), plan.get(), request, args);
  request.namespaces = step.namespaces;
  request.cgroup = step.into_cgroup ? context.cgroup.dir.get() : -1;

  Status status = spawn(request, context.process);
  // A cgroup whose children have controllers takes no process: join the container's process where that lives.
  if (status.error == EBUSY && step.into_cgroup && step.cgroup_of_pid) {
    Fd other;
    Status found = open_cgroup_of(static_cast<int>(step.cgroup_of_pid), context.cgroup.root, other);
    if (!found.ok()) return found;
    request.cgroup = other.get();
    status = spawn(request, context.process);
  }
  if (!status.ok()) return status;
  context.channel = std::move(channel.ours);
  context.undo.push_back([&context] { (void)kill_and_reap(context.process.pidfd); });
  return done();
}

namespace {

// A pidfd of the process that started at `start_time`; ESRCH where it is gone and its number may be
// another's.
Status open_checked(uint32_t pid, uint64_t start_time, Fd &out) {
  Report report;
  report.call("pidfd_open").number(pid);
  int fd = sys::pidfd_open(static_cast<pid_t>(pid), 0);
  if (fd < 0) return failed(fd == -EINVAL ? ESRCH : fd, report);
  out.reset(fd);
  Fd process(open_process_directory(static_cast<int>(pid)));
  std::optional<uint64_t> started = process ? start_time_of(process.get()) : std::nullopt;
  if (started == start_time) return done();
  if (!started) return failed(ESRCH, report);
  return failed(ESRCH, report.detail("this number is another process's now: it started at ")
                           .detail_number(static_cast<int64_t>(*started))
                           .detail(", not at ")
                           .detail_number(static_cast<int64_t>(start_time)));
}

}  // namespace

Status open_process(const plan::OpenProcess &step, Context &context) {
  Fd pidfd;
  if (Status status = open_checked(step.pid, step.start_time, pidfd); !status.ok()) return status;
  give_slot(context, step.slot, std::move(pidfd));
  return done();
}

Status signal_process(const plan::Signal &step) {
  Fd pidfd;
  if (Status status = open_checked(step.pid, step.start_time, pidfd); !status.ok()) return status;
  int error = sys::pidfd_send_signal(pidfd.get(), static_cast<int>(step.signal));
  Report report;
  report.call("pidfd_send_signal").number(step.pid).number(step.signal);
  return error < 0 ? failed(error, report) : done();
}

// The signal alone: whoever executes the plan waits for its process.
Status dismiss_visitor(Context &context) {
  (void)kill_and_reap(context.process.pidfd);
  return done();
}

}  // namespace runts::core
