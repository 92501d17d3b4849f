#include <cstdlib>
#include <iterator>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "facts.h"
#include "text.h"

namespace inspect {

namespace {

// capabilities(7) in the order of their bits.
constexpr const char *kCapabilities[] = {
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};
constexpr int kCapabilityCount = static_cast<int>(std::size(kCapabilities));

template <typename Has>
std::vector<std::string> names_where(Has has) {
  std::vector<std::string> out;
  for (int bit = 0; bit < kCapabilityCount; bit++) {
    if (has(bit)) out.push_back(kCapabilities[bit]);
  }
  return out;
}

Capabilities capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  syscall(SYS_capget, &header, data);
  auto in = [](unsigned low, unsigned high) {
    return [low, high](int bit) { return ((bit < 32 ? low >> bit : high >> (bit - 32)) & 1) != 0; };
  };
  return {
      names_where([](int bit) { return prctl(PR_CAPBSET_READ, bit, 0, 0, 0) == 1; }),
      names_where(in(data[0].effective, data[1].effective)),
      names_where(in(data[0].permitted, data[1].permitted)),
      names_where(in(data[0].inheritable, data[1].inheritable)),
      names_where([](int bit) { return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, bit, 0, 0) == 1; }),
  };
}

int number_of_status(const char *name) {
  std::string text;
  if (!read_file("/proc/self/status", text)) return -1;
  std::string start = format("\n%s:\t", name);
  size_t at = text.find(start);
  return at == std::string::npos ? -1 : atoi(text.c_str() + at + start.size());
}

std::string lsm_label() {
  std::string label = first_line("/proc/self/attr/apparmor/current");
  return label.empty() ? first_line("/proc/self/attr/current") : label;
}

// The description part of `type;uid;gid;permissions;description`.
std::string session_keyring() {
  char buffer[512];
  long n = syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, buffer, sizeof buffer);
  if (n <= 0) return "";
  std::vector<std::string> parts = split(buffer, ';');
  return parts.size() < 5 ? "" : parts[4];
}

}  // namespace

Security security_facts() {
  Security out{};
  out.capabilities = capabilities();
  out.no_new_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
  out.seccomp_mode = number_of_status("Seccomp");
  out.seccomp_filters = number_of_status("Seccomp_filters");
  out.lsm_label = lsm_label();
  out.keyring = session_keyring();
  out.dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;
  return out;
}

}  // namespace inspect
