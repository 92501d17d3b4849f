#include <seccomp.h>

#include "../sys/syscalls.h"
#include "seccomp.h"

namespace runts::core {
std::string seccomp_version() {
  const scmp_version *version = ::seccomp_version();
  if (!version) return {};
  return std::to_string(version->major) + '.' + std::to_string(version->minor) + '.' +
         std::to_string(version->micro);
}

unsigned seccomp_api() { return seccomp_api_get(); }

bool seccomp_knows_architecture(const char *name) { return seccomp_arch_resolve_name(name) != 0; }

bool seccomp_takes_flags(unsigned flags) { return sys::try_seccomp_flags(flags) == 0; }

}  // namespace runts::core
