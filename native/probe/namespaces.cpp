#include <sched.h>

#include "../sys/fd.h"
#include "../sys/syscalls.h"
#include "tries.h"

namespace runts::probe {
namespace {

constexpr int kNewTime = 0x00000080;

template <int Type>
int try_namespace(Value &value) {
  return in_child([](Value &) { return sys::unshare(Type); }, value);
}

int join_by_pidfd(Value &) {
  if (int error = sys::unshare(CLONE_NEWUTS | CLONE_NEWIPC); error < 0) return error;
  Fd pidfd(sys::pidfd_open(getpid(), 0));
  return pidfd ? sys::setns(pidfd.get(), CLONE_NEWUTS | CLONE_NEWIPC) : -errno;
}

// Both namespaces by one call, as exec joins those of a container.
int try_join(Value &value) { return in_child(join_by_pidfd, value); }

constexpr Try kTries[] = {
    {"namespace-pid", "unshare(CLONE_NEWPID)", try_namespace<CLONE_NEWPID>},
    {"namespace-network", "unshare(CLONE_NEWNET)", try_namespace<CLONE_NEWNET>},
    {"namespace-ipc", "unshare(CLONE_NEWIPC)", try_namespace<CLONE_NEWIPC>},
    {"namespace-uts", "unshare(CLONE_NEWUTS)", try_namespace<CLONE_NEWUTS>},
    {"namespace-cgroup", "unshare(CLONE_NEWCGROUP)", try_namespace<CLONE_NEWCGROUP>},
    {"namespace-time", "unshare(CLONE_NEWTIME)", try_namespace<kNewTime>},
    {"setns-pidfd", "setns(pidfd, CLONE_NEWUTS|CLONE_NEWIPC)", try_join},
};

}  // namespace

const std::span<const Try> kNamespaceTries = kTries;

}  // namespace runts::probe
