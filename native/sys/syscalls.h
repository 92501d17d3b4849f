// Thin wrappers of the system calls that C libraries lack or name differently, with the kernel's constants
// that Debian 12's headers lack. Every wrapper gives the result, or -errno; none touches the heap. Nothing
// here includes <sys/mount.h> or <linux/mount.h>, which cannot be included together.
#pragma once
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

namespace runts::sys {

// openat2(2)
struct OpenHow {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};
inline constexpr uint64_t kResolveNoXdev = 0x01;
inline constexpr uint64_t kResolveNoMagiclinks = 0x02;
inline constexpr uint64_t kResolveNoSymlinks = 0x04;
inline constexpr uint64_t kResolveBeneath = 0x08;
inline constexpr uint64_t kResolveInRoot = 0x10;

// open_tree(2), move_mount(2); AT_RECURSIVE and AT_EMPTY_PATH go with open_tree and mount_setattr too
inline constexpr unsigned kOpenTreeClone = 1;
inline constexpr unsigned kOpenTreeCloexec = 02000000;
inline constexpr unsigned kAtRecursive = 0x8000;
inline constexpr unsigned kAtEmptyPath = 0x1000;
inline constexpr unsigned kAtSymlinkNofollow = 0x100;
inline constexpr unsigned kMoveMountFromEmptyPath = 0x04;
inline constexpr unsigned kMoveMountToEmptyPath = 0x40;
inline constexpr unsigned kMoveMountSetGroup = 0x100;

// fsopen(2), fsconfig(2), fsmount(2)
inline constexpr unsigned kFsopenCloexec = 1;
inline constexpr unsigned kFsconfigSetFlag = 0;
inline constexpr unsigned kFsconfigSetString = 1;
inline constexpr unsigned kFsconfigSetBinary = 2;
inline constexpr unsigned kFsconfigSetPath = 3;
inline constexpr unsigned kFsconfigSetPathEmpty = 4;
inline constexpr unsigned kFsconfigSetFd = 5;
inline constexpr unsigned kFsconfigCreate = 6;
inline constexpr unsigned kFsconfigReconfigure = 7;
inline constexpr unsigned kFsmountCloexec = 1;
inline constexpr unsigned kFspickCloexec = 1;
inline constexpr unsigned kFspickEmptyPath = 8;
// The longest value that FSCONFIG_SET_STRING takes.
inline constexpr size_t kFsconfigMaxString = 255;

// mount_setattr(2)
struct MountAttr {
  uint64_t set;
  uint64_t clear;
  uint64_t propagation;
  uint64_t userns_fd;
};
inline constexpr uint64_t kMountAttrRdonly = 0x01;
inline constexpr uint64_t kMountAttrNosuid = 0x02;
inline constexpr uint64_t kMountAttrNodev = 0x04;
inline constexpr uint64_t kMountAttrNoexec = 0x08;
inline constexpr uint64_t kMountAttrAtime = 0x70;  // the mask; 0 of it is relatime
inline constexpr uint64_t kMountAttrNoatime = 0x10;
inline constexpr uint64_t kMountAttrStrictatime = 0x20;
inline constexpr uint64_t kMountAttrNodiratime = 0x80;
inline constexpr uint64_t kMountAttrIdmap = 0x00100000;
inline constexpr uint64_t kMountAttrNosymfollow = 0x00200000;

// Propagation types and the flags of mount(2) that the helpers need
inline constexpr uint64_t kMsUnbindable = 1 << 17;
inline constexpr uint64_t kMsPrivate = 1 << 18;
inline constexpr uint64_t kMsSlave = 1 << 19;
inline constexpr uint64_t kMsShared = 1 << 20;
inline constexpr unsigned long kMsRec = 1 << 14;
inline constexpr unsigned long kMsMove = 1 << 13;
inline constexpr int kMntDetach = 2;

// clone3(2)
struct CloneArgs {
  uint64_t flags;
  uint64_t pidfd;  // address of an int
  uint64_t child_tid;
  uint64_t parent_tid;
  uint64_t exit_signal;
  uint64_t stack;  // lowest address; 0 for a fork-like clone
  uint64_t stack_size;
  uint64_t tls;
  uint64_t set_tid;
  uint64_t set_tid_size;
  uint64_t cgroup;
};
inline constexpr uint64_t kCloneVm = 0x00000100;
inline constexpr uint64_t kCloneFs = 0x00000200;
inline constexpr uint64_t kClonePidfd = 0x00001000;
inline constexpr uint64_t kCloneVfork = 0x00004000;
inline constexpr uint64_t kCloneParent = 0x00008000;
inline constexpr uint64_t kCloneClearSighand = 0x100000000ULL;
inline constexpr uint64_t kCloneIntoCgroup = 0x200000000ULL;

inline constexpr unsigned kCloseRangeUnshare = 2;
inline constexpr unsigned kCloseRangeCloexec = 4;

// f_type of statfs(2)
inline constexpr long kProcMagic = 0x9fa0;
// Inode of the root of every procfs
inline constexpr ino_t kProcRootInode = 1;
inline constexpr long kSysfsMagic = 0x62656572;
inline constexpr long kDevptsMagic = 0x1cd1;
inline constexpr long kTmpfsMagic = 0x01021994;
inline constexpr long kCgroup2Magic = 0x63677270;
inline constexpr long kNsfsMagic = 0x6e736673;

// A system call by its number; the result, or -errno.
template <typename... A>
inline long call(long number, A... args) {
  long result = syscall(number, args...);
  return result == -1 ? -errno : result;
}

// Tried again where it cannot tell whether ".." left its root, as something was renamed or mounted meanwhile, wherever that was:
// EAGAIN is of a path that changes all the time.
inline int openat2(int dir, const char *path, const OpenHow &how) {
  constexpr int kTries = 128;
  int fd = -EAGAIN;
  for (int i = 0; i < kTries && fd == -EAGAIN; i++)
    fd = static_cast<int>(call(SYS_openat2, dir, path, &how, sizeof(how)));
  return fd;
}
inline int open_tree(int dir, const char *path, unsigned flags) {
  return static_cast<int>(call(SYS_open_tree, dir, path, flags));
}
inline int move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags) {
  return static_cast<int>(call(SYS_move_mount, from, from_path, to, to_path, flags));
}
// Attaches the detached tree of an fd onto the O_PATH fd of its target.
inline int attach_mount(int tree, int target) {
  return move_mount(tree, "", target, "", kMoveMountFromEmptyPath | kMoveMountToEmptyPath);
}
inline int fsopen(const char *type, unsigned flags) {
  return static_cast<int>(call(SYS_fsopen, type, flags));
}
inline int fsconfig(int context, unsigned command, const char *key, const void *value, int aux) {
  return static_cast<int>(call(SYS_fsconfig, context, command, key, value, aux));
}
inline int fspick(int dir, const char *path, unsigned flags) {
  return static_cast<int>(call(SYS_fspick, dir, path, flags));
}
inline int fsmount(int context, unsigned flags, unsigned attributes) {
  return static_cast<int>(call(SYS_fsmount, context, flags, attributes));
}
inline int mount_setattr(int dir, const char *path, unsigned flags, const MountAttr &attr) {
  return static_cast<int>(call(SYS_mount_setattr, dir, path, flags, &attr, sizeof(attr)));
}
// The same on what an fd stands for (AT_EMPTY_PATH).
inline int mount_setattr(int fd, bool recursive, const MountAttr &attr) {
  return mount_setattr(fd, "", kAtEmptyPath | (recursive ? kAtRecursive : 0), attr);
}
inline int mount(const char *source, const char *target, const char *type, unsigned long flags,
                 const void *data) {
  return static_cast<int>(call(SYS_mount, source, target, type, flags, data));
}
inline int umount2(const char *target, int flags) {
  return static_cast<int>(call(SYS_umount2, target, flags));
}
inline int pivot_root(const char *new_root, const char *put_old) {
  return static_cast<int>(call(SYS_pivot_root, new_root, put_old));
}

// seccomp(2); the last came with Linux 5.19
inline constexpr unsigned kSeccompSetModeFilter = 1;
inline constexpr unsigned kSeccompNewListener = 1 << 3;
inline constexpr unsigned kSeccompWaitKillable = 1 << 5;
// Does the kernel take a filter with these flags? A filter at no address is refused with EFAULT only after its flags were
// found good, so nothing is loaded. What goes with a listener alone is asked for with one. 0, or -errno.
inline int try_seccomp_flags(unsigned flags) {
  if (flags & kSeccompWaitKillable) flags |= kSeccompNewListener;
  long error = call(SYS_seccomp, kSeccompSetModeFilter, flags, nullptr);
  return error == -EFAULT ? 0 : static_cast<int>(error);
}

// rt_sigaction(2) of a program that is alone in its process: SIG_DFL, SIG_IGN or a handler that does not return, so that
// it needs nothing to return by.
inline int set_signal_action(int signal, void (*handler)(int)) {
  constexpr unsigned long kRestorer = 0x04000000;  // SA_RESTORER
  struct {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(int);
    uint64_t mask;
  } action{handler, kRestorer, handler, 0};
  return static_cast<int>(call(SYS_rt_sigaction, signal, &action, nullptr, sizeof(action.mask)));
}

// Fork-like where args.stack is 0 and CLONE_VM is not asked for: gives 0 in the child.
inline int clone3(const CloneArgs &args) { return static_cast<int>(call(SYS_clone3, &args, sizeof(args))); }
// clone(2) without a stack of its own, for flags that it knows (CLONE_PIDFD); gives 0 in the child.
inline int clone(uint64_t flags, int *pidfd) {
  return static_cast<int>(call(SYS_clone, flags, nullptr, pidfd, nullptr, nullptr));
}
// A child with a copy of the caller's memory: 0 in it. For programs without threads alone.
inline int fork() { return clone(SIGCHLD, nullptr); }
// Waits for the end of a child and reaps it: 0, or -errno.
inline int wait_for(pid_t child) {
  long error;
  do error = call(SYS_waitid, P_PID, child, nullptr, WEXITED, nullptr);
  while (error == -EINTR);
  return static_cast<int>(error);
}
inline int close_range(unsigned first, unsigned last, unsigned flags) {
  return static_cast<int>(call(SYS_close_range, first, last, flags));
}
inline int pidfd_open(pid_t pid, unsigned flags) {
  return static_cast<int>(call(SYS_pidfd_open, pid, flags));
}
inline int pidfd_send_signal(int pidfd, int signal) {
  return static_cast<int>(call(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}
inline int setns(int fd, int namespaces) { return static_cast<int>(call(SYS_setns, fd, namespaces)); }
inline int unshare(uint64_t namespaces) { return static_cast<int>(call(SYS_unshare, namespaces)); }
inline int execveat(int dir, const char *path, char *const args[], char *const env[], int flags) {
  return static_cast<int>(call(SYS_execveat, dir, path, args, env, flags));
}

}  // namespace runts::sys
