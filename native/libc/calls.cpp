// The system calls by the names of the C library, and errno. No header of the C library is included that declares
// them: what callers pass is what the kernel takes, where structures of both are the same (all 64-bit machines).
#include <linux/fcntl.h>
#include <linux/time_types.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "../sys/raw.h"

namespace {

constinit int error_number;
constexpr long kMostErrors = 4095;

template <typename T>
long word(T value) {
  if constexpr (std::is_pointer_v<T> || std::is_null_pointer_v<T>) return reinterpret_cast<long>(value);
  else return static_cast<long>(value);
}

long result_of(long result) {
  if (result >= 0 || result < -kMostErrors) return result;
  error_number = static_cast<int>(-result);
  return -1;
}

template <typename... A>
long call(long number, A... arguments) {
  return result_of(runts::raw::call(number, word(arguments)...));
}

template <typename... A>
int number_of(A... arguments) {
  return static_cast<int>(call(arguments...));
}

}  // namespace

extern "C" {

// What errno of <cerrno> stands for, with glibc and with musl.
int *__errno_location() { return &error_number; }
int *___errno_location() { return &error_number; }

long syscall(long number, long a, long b, long c, long d, long e, long f) {
  return call(number, a, b, c, d, e, f);
}

// ---- processes

[[noreturn]] void _exit(int status) { runts::raw::exit_group(status); }
int execve(const char *path, char *const args[], char *const env[]) { return number_of(SYS_execve, path, args, env); }
int getpid() { return number_of(SYS_getpid); }
unsigned geteuid() { return static_cast<unsigned>(call(SYS_geteuid)); }
unsigned getegid() { return static_cast<unsigned>(call(SYS_getegid)); }
int setsid() { return number_of(SYS_setsid); }
int waitid(int type, unsigned id, void *info, int options) {
  return number_of(SYS_waitid, type, id, info, options, nullptr);
}
int kill(int pid, int signal) { return number_of(SYS_kill, pid, signal); }
int prctl(int option, long a, long b, long c, long d) { return number_of(SYS_prctl, option, a, b, c, d); }
int personality(unsigned long persona) { return number_of(SYS_personality, persona); }
int sethostname(const char *name, size_t size) { return number_of(SYS_sethostname, name, size); }
int setdomainname(const char *name, size_t size) { return number_of(SYS_setdomainname, name, size); }

// ---- memory and time

void *mmap(void *at, size_t size, int protection, int flags, int fd, long offset) {
  return reinterpret_cast<void *>(call(SYS_mmap, at, size, protection, flags, fd, offset));
}
int munmap(void *at, size_t size) { return number_of(SYS_munmap, at, size); }
int clock_gettime(int clock, void *time) { return number_of(SYS_clock_gettime, clock, time); }

// ---- descriptors

int openat(int dir, const char *path, int flags, unsigned mode) { return number_of(SYS_openat, dir, path, flags, mode); }
int open(const char *path, int flags, unsigned mode) { return openat(AT_FDCWD, path, flags, mode); }
int close(int fd) { return number_of(SYS_close, fd); }
long read(int fd, void *to, size_t size) { return call(SYS_read, fd, to, size); }
long write(int fd, const void *from, size_t size) { return call(SYS_write, fd, from, size); }
int memfd_create(const char *name, unsigned flags) { return number_of(SYS_memfd_create, name, flags); }
int fcntl(int fd, int command, long argument) { return number_of(SYS_fcntl, fd, command, argument); }
int ioctl(int fd, unsigned long request, void *argument) { return number_of(SYS_ioctl, fd, request, argument); }
int pipe2(int ends[2], int flags) { return number_of(SYS_pipe2, ends, flags); }
int dup2(int fd, int to) {
  return fd == to ? (fcntl(fd, F_GETFD, 0) < 0 ? -1 : to) : number_of(SYS_dup3, fd, to, 0);
}
int poll(void *entries, unsigned long count, int timeout_ms) {
  __kernel_timespec wait{timeout_ms / 1000, timeout_ms % 1000 * 1'000'000LL};
  return number_of(SYS_ppoll, entries, count, timeout_ms < 0 ? nullptr : &wait, nullptr, 0);
}

// ---- files

int fstat(int fd, void *status) { return number_of(SYS_fstat, fd, status); }
int fstatat(int dir, const char *path, void *status, int flags) {
  return number_of(SYS_newfstatat, dir, path, status, flags);
}
int stat(const char *path, void *status) { return fstatat(AT_FDCWD, path, status, 0); }
int statfs(const char *path, void *system) { return number_of(SYS_statfs, path, system); }
int fstatfs(int fd, void *system) { return number_of(SYS_fstatfs, fd, system); }
unsigned umask(unsigned mask) { return static_cast<unsigned>(call(SYS_umask, mask)); }
int chdir(const char *path) { return number_of(SYS_chdir, path); }
int fchdir(int fd) { return number_of(SYS_fchdir, fd); }
int chroot(const char *path) { return number_of(SYS_chroot, path); }
int mkdirat(int dir, const char *path, unsigned mode) { return number_of(SYS_mkdirat, dir, path, mode); }
int mknodat(int dir, const char *path, unsigned mode, unsigned long device) {
  return number_of(SYS_mknodat, dir, path, mode, device);
}
int symlinkat(const char *target, int dir, const char *path) { return number_of(SYS_symlinkat, target, dir, path); }
int unlinkat(int dir, const char *path, int flags) { return number_of(SYS_unlinkat, dir, path, flags); }
long readlinkat(int dir, const char *path, char *to, size_t size) {
  return call(SYS_readlinkat, dir, path, to, size);
}
int fchmod(int fd, unsigned mode) { return number_of(SYS_fchmod, fd, mode); }
int fchmodat(int dir, const char *path, unsigned mode) { return number_of(SYS_fchmodat, dir, path, mode); }
int fchown(int fd, unsigned uid, unsigned gid) { return number_of(SYS_fchown, fd, uid, gid); }
int fchownat(int dir, const char *path, unsigned uid, unsigned gid, int flags) {
  return number_of(SYS_fchownat, dir, path, uid, gid, flags);
}
int utimensat(int dir, const char *path, const void *times, int flags) {
  return number_of(SYS_utimensat, dir, path, times, flags);
}
int futimens(int fd, const void *times) { return number_of(SYS_utimensat, fd, nullptr, times, 0); }
long getxattr(const char *path, const char *name, void *to, size_t size) {
  return call(SYS_getxattr, path, name, to, size);
}
long flistxattr(int fd, char *to, size_t size) { return call(SYS_flistxattr, fd, to, size); }
long fgetxattr(int fd, const char *name, void *to, size_t size) { return call(SYS_fgetxattr, fd, name, to, size); }
int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags) {
  return number_of(SYS_fsetxattr, fd, name, value, size, flags);
}

// ---- sockets

int socket(int family, int type, int protocol) { return number_of(SYS_socket, family, type, protocol); }
int connect(int fd, const void *address, unsigned size) { return number_of(SYS_connect, fd, address, size); }
int accept4(int fd, void *address, void *size, int flags) { return number_of(SYS_accept4, fd, address, size, flags); }
long sendmsg(int fd, const void *message, int flags) { return call(SYS_sendmsg, fd, message, flags); }
long recvmsg(int fd, void *message, int flags) { return call(SYS_recvmsg, fd, message, flags); }

// ---- numbers of devices, as the kernel's dev_t of 64 bits has them

unsigned gnu_dev_major(unsigned long device) {
  return static_cast<unsigned>((device >> 8 & 0xfff) | (device >> 32 & 0xfffff000));
}
unsigned gnu_dev_minor(unsigned long device) {
  return static_cast<unsigned>((device & 0xff) | (device >> 12 & 0xffffff00));
}
unsigned long gnu_dev_makedev(unsigned major, unsigned minor) {
  return (major & 0xfffUL) << 8 | (major & 0xfffff000UL) << 32 | (minor & 0xffUL) | (minor & 0xffffff00UL) << 12;
}

}  // extern "C"

// string_view::substr past the end: a mistake of the program's.
namespace std {
void __throw_out_of_range_fmt(const char *, ...) { __builtin_trap(); }
}  // namespace std
