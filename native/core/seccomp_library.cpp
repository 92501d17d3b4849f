#include <cerrno>
#include <linux/seccomp.h>
#include <seccomp.h>

#include "../sys/syscalls.h"
#include "seccomp.h"

namespace runts::core {
namespace {

constexpr unsigned kWaitKillable = 1 << 5;  // SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, Linux 5.19
constexpr unsigned kNewListener = 1 << 3;   // SECCOMP_FILTER_FLAG_NEW_LISTENER

}  // namespace

std::string seccomp_version() {
  const scmp_version *version = ::seccomp_version();
  if (!version) return {};
  return std::to_string(version->major) + '.' + std::to_string(version->minor) + '.' +
         std::to_string(version->micro);
}

unsigned seccomp_api() { return seccomp_api_get(); }

bool seccomp_knows_architecture(const char *name) { return seccomp_arch_resolve_name(name) != 0; }

bool seccomp_takes_flags(unsigned flags) {
  if (flags & kWaitKillable) flags |= kNewListener;
  return sys::call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, nullptr) == -EFAULT;
}

}  // namespace runts::core
