#include <cerrno>
#include <linux/seccomp.h>

#include "../sys/syscalls.h"
#include "tries.h"

namespace runts::probe {
namespace {

template <unsigned Action>
int try_action(Value &) {
  unsigned action = Action;
  return static_cast<int>(sys::call(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
}

template <unsigned Flags>
int try_flags(Value &) {
  return sys::try_seccomp_flags(Flags);
}

int try_sizes(Value &value) {
  seccomp_notif_sizes sizes{};
  long error = sys::call(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes);
  if (error < 0) return static_cast<int>(error);
  value.add(sizes.seccomp_notif).add(" ").add(sizes.seccomp_notif_resp).add(" ").add(sizes.seccomp_data);
  return 0;
}

#define RUNTS_ACTION(name, action) {name, "seccomp(SECCOMP_GET_ACTION_AVAIL, " #action ")", try_action<action>}
#define RUNTS_FLAGS(name, flags) {name, "seccomp(SECCOMP_SET_MODE_FILTER, " name ", NULL)", try_flags<flags>}

constexpr Try kTries[] = {
    RUNTS_ACTION("SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS),
    RUNTS_ACTION("SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD),
    RUNTS_ACTION("SCMP_ACT_TRAP", SECCOMP_RET_TRAP),
    RUNTS_ACTION("SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO),
    RUNTS_ACTION("SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF),
    RUNTS_ACTION("SCMP_ACT_TRACE", SECCOMP_RET_TRACE),
    RUNTS_ACTION("SCMP_ACT_LOG", SECCOMP_RET_LOG),
    RUNTS_ACTION("SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW),
    RUNTS_FLAGS("SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC),
    RUNTS_FLAGS("SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG),
    RUNTS_FLAGS("SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW),
    RUNTS_FLAGS("SECCOMP_FILTER_FLAG_NEW_LISTENER", SECCOMP_FILTER_FLAG_NEW_LISTENER),
    RUNTS_FLAGS("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", sys::kSeccompWaitKillable),
    {"seccomp-notify-sizes", "seccomp(SECCOMP_GET_NOTIF_SIZES)", try_sizes},
};

}  // namespace

const std::span<const Try> kSeccompTries = kTries;

}  // namespace runts::probe
