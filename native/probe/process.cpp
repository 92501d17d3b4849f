#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../sys/fd.h"
#include "../sys/syscalls.h"
#include "tries.h"

namespace runts::probe {
namespace {

constexpr unsigned kPidfdType = 3;  // P_PIDFD
constexpr unsigned kMfdExec = 0x0010;
constexpr unsigned kMfdNoexecSeal = 0x0008;
constexpr int kSealExec = 0x0020;  // F_SEAL_EXEC

int try_clone3(Value &) {
  int pidfd = -1;
  sys::CloneArgs args{};
  args.flags = sys::kClonePidfd | sys::kCloneClearSighand;
  args.pidfd = reinterpret_cast<uint64_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  int pid = sys::clone3(args);
  if (pid == 0) _exit(0);
  if (pid < 0) return pid;
  Fd owned(pidfd);
  siginfo_t info{};
  int error = waitid(static_cast<idtype_t>(kPidfdType), static_cast<id_t>(pidfd), &info, WEXITED);
  return error == 0 ? 0 : -errno;
}

int try_pidfd(Value &) {
  Fd pidfd(sys::pidfd_open(getpid(), 0));
  if (!pidfd) return -errno;
  return sys::pidfd_send_signal(pidfd.get(), 0);
}

int try_openat2(Value &) {
  Fd file(sys::openat2(AT_FDCWD, ".", {O_PATH | O_CLOEXEC, 0, sys::kResolveInRoot | sys::kResolveNoMagiclinks}));
  return file ? 0 : -errno;
}

// The last number that a descriptor could have: there is none.
int try_close_range(Value &) { return sys::close_range(~0U, ~0U, sys::kCloseRangeCloexec); }

// vm.memfd_noexec may forbid the first.
int try_memfd(Value &) {
  Fd file(memfd_create("runts-probe", MFD_CLOEXEC | MFD_ALLOW_SEALING | kMfdExec));
  if (!file && errno == EINVAL) file.reset(memfd_create("runts-probe", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  return file ? 0 : -errno;
}

int try_memfd_noexec(Value &) {
  Fd file(memfd_create("runts-probe", MFD_CLOEXEC | MFD_ALLOW_SEALING | kMfdNoexecSeal));
  return file ? 0 : -errno;
}

int try_seal_exec(Value &) {
  Fd file(memfd_create("runts-probe", MFD_CLOEXEC | MFD_ALLOW_SEALING | kMfdExec));
  if (!file) return -errno;
  return fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | kSealExec) == 0 ? 0 : -errno;
}

int try_mempolicy(Value &) {
  int mode = 0;
  return static_cast<int>(sys::call(SYS_get_mempolicy, &mode, nullptr, 0, nullptr, 0));
}

int try_no_new_privs(Value &value) {
  int set = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
  if (set < 0) return -errno;
  value.add(set);
  return 0;
}

constexpr Try kTries[] = {
    {"clone3", "clone3(CLONE_PIDFD|CLONE_CLEAR_SIGHAND)", try_clone3},
    {"pidfd", "pidfd_open(getpid(), 0), pidfd_send_signal(pidfd, 0)", try_pidfd},
    {"openat2", "openat2(AT_FDCWD, \".\", RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS)", try_openat2},
    {"close-range", "close_range(~0, ~0, CLOSE_RANGE_CLOEXEC)", try_close_range},
    {"memfd", "memfd_create(MFD_ALLOW_SEALING|MFD_EXEC)", try_memfd},
    {"memfd-noexec-seal", "memfd_create(MFD_NOEXEC_SEAL)", try_memfd_noexec},
    {"memfd-seal-exec", "fcntl(memfd, F_ADD_SEALS, F_SEAL_WRITE|F_SEAL_EXEC)", try_seal_exec},
    {"memory-policy", "get_mempolicy()", try_mempolicy},
    {"no-new-privs", "prctl(PR_GET_NO_NEW_PRIVS)", try_no_new_privs},
};

}  // namespace

const std::span<const Try> kProcessTries = kTries;

}  // namespace runts::probe
