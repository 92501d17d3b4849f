#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/syscall.h>
#include <unistd.h>

#include "json.h"
#include "probes.h"
#include "text.h"

namespace inspect {

namespace {

struct Call {
  const char *name;
  long number;
};

#define CALL(name) {#name, SYS_##name}
constexpr Call kCalls[] = {
    CALL(acct),
    CALL(add_key),
    CALL(bpf),
    CALL(chroot),
    CALL(clock_settime),
    CALL(clone3),
    CALL(fchmod),
    CALL(fsopen),
    CALL(getcwd),
    CALL(getpid),
    CALL(getppid),
    CALL(getuid),
    CALL(init_module),
    CALL(io_uring_setup),
    CALL(kcmp),
    CALL(kexec_load),
    CALL(keyctl),
    CALL(mount),
    CALL(move_mount),
    CALL(name_to_handle_at),
    CALL(open_by_handle_at),
    CALL(open_tree),
    CALL(perf_event_open),
    CALL(personality),
    CALL(pivot_root),
    CALL(process_vm_readv),
    CALL(ptrace),
    CALL(quotactl),
    CALL(request_key),
    CALL(setdomainname),
    CALL(sethostname),
    CALL(setns),
    CALL(setuid),
    CALL(socket),
    CALL(swapoff),
    CALL(swapon),
    CALL(syslog),
    CALL(umount2),
    CALL(unshare),
    CALL(userfaultfd),
    CALL(vhangup),
};
#undef CALL

// A system call with numbers as arguments (0 where not given), for seccomp: by its name or its number.
Result syscall_probe(const Args &args) {
  long number = -1;
  for (const Call &call : kCalls) {
    if (args[0] == call.name) number = call.number;
  }
  char *end = nullptr;
  if (number < 0) number = strtol(args[0].c_str(), &end, 0);
  if (end && *end) {
    errno = ENOSYS;
    return failed();
  }
  unsigned long values[6] = {};
  for (size_t i = 1; i < args.size() && i <= 6; i++) values[i - 1] = strtoul(args[i].c_str(), nullptr, 0);
  long result = syscall(number, values[0], values[1], values[2], values[3], values[4], values[5]);
  return result < 0 ? failed() : done(Json().number(result).str());
}

Result sethostname_probe(const Args &args) {
  return sethostname(args[0].data(), args[0].size()) == 0 ? done() : failed();
}

Result setuid_probe(const Args &args) {
  return setuid(static_cast<uid_t>(atoi(args[0].c_str()))) == 0 ? done() : failed();
}

}  // namespace

const Probe kSyscallProbes[] = {
    {"syscall", "NAME [ARG...]", 1, syscall_probe},
    {"sethostname", "NAME", 1, sethostname_probe},
    {"setuid", "UID", 1, setuid_probe},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace inspect
