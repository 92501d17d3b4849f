/**
 * The seccomp profile of `spec.base()`: what programs call is allowed, all else gets EPERM. Left out is what reaches the machine as a
 * whole (time, modules, swap, reboot), what makes or enters namespaces and mounts, other processes' memory, and the interfaces in
 * which most of the kernel's holes were (io_uring, bpf, perf events, userfaultfd, keyrings). With a capability comes what it is for.
 */
import type { Seccomp, SeccompArg, SeccompSyscall } from '../types.ts';
import type { Capability } from './capabilities.ts';
import { frozen } from './frozen.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const ALWAYS = words(`
  access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64 fallocate
  fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstatfs
  fsync ftruncate futimesat getcwd getdents getdents64 getxattr getxattrat ioctl lchown lgetxattr link linkat listxattr listxattrat
  llistxattr lremovexattr lseek lsetxattr lstat mkdir mkdirat mknod mknodat name_to_handle_at newfstatat open openat openat2 readlink
  readlinkat removexattr removexattrat rename renameat renameat2 rmdir setxattr setxattrat stat statfs statx symlink symlinkat
  sync sync_file_range syncfs truncate umask unlink unlinkat utime utimensat utimes

  pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readv sendfile splice tee vmsplice write writev
  io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit
  epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2
  poll ppoll pselect6 select signalfd signalfd4 timerfd_create timerfd_gettime timerfd_settime
  fanotify_mark inotify_add_watch inotify_init inotify_init1 inotify_rm_watch pipe pipe2

  accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg sendmmsg sendmsg sendto
  setsockopt shutdown socketpair
  mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd
  semctl semget semop semtimedop shmat shmctl shmdt shmget

  brk cachestat madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall mmap mprotect mremap mseal
  msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect process_mrelease remap_file_pages get_mempolicy

  alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep setitimer time timer_create timer_delete
  timer_getoverrun timer_gettime timer_settime times
  futex futex_requeue futex_wait futex_waitv futex_wake get_robust_list set_robust_list restart_syscall rseq
  kill pause pidfd_open pidfd_send_signal rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
  rt_sigtimedwait rt_tgsigqueueinfo sigaltstack tgkill tkill

  arch_prctl capget capset execve execveat exit exit_group fork vfork wait4 waitid get_thread_area set_thread_area
  set_tid_address getcpu getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid
  getrlimit getrusage getsid gettid getuid ioprio_get ioprio_set landlock_add_rule landlock_create_ruleset landlock_restrict_self
  prctl prlimit64 sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
  sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp setfsgid setfsuid
  setgid setgroups setpgid setpriority setregid setresgid setresuid setreuid setrlimit setsid setuid sysinfo uname
  riscv_flush_icache riscv_hwprobe
`);

const WITH: { readonly [capability in Capability]?: readonly string[] } = {
  CAP_BPF: words('bpf'),
  CAP_DAC_READ_SEARCH: words('open_by_handle_at'),
  CAP_PERFMON: words('perf_event_open'),
  CAP_SYSLOG: words('syslog'),
  CAP_SYS_ADMIN:
    words(`bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick listmount mount mount_setattr move_mount
    open_tree perf_event_open pivot_root quotactl quotactl_fd setdomainname sethostname setns statmount syslog umount umount2 unshare`),
  CAP_SYS_BOOT: words('reboot'),
  CAP_SYS_CHROOT: words('chroot'),
  CAP_SYS_MODULE: words('delete_module finit_module init_module'),
  CAP_SYS_NICE: words('mbind migrate_pages move_pages set_mempolicy set_mempolicy_home_node'),
  CAP_SYS_PACCT: words('acct'),
  CAP_SYS_PTRACE: words('kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace'),
  CAP_SYS_RAWIO: words('ioperm iopl'),
  CAP_SYS_TIME: words('adjtimex clock_adjtime clock_settime settimeofday'),
  CAP_SYS_TTY_CONFIG: words('vhangup'),
};

/** The flags of clone(2) that make namespaces, CLONE_NEWTIME apart, which is for clone3(2) and unshare(2). */
const NEW_NAMESPACES = 0x7e02_0000;
/** AF_VSOCK: sockets to the hypervisor and to what listens in it (vsock(7)). */
const VSOCK = 40;
/** personality(2): asks, and changes nothing. */
const ASK = 0xffff_ffff;
const ENOSYS = 38;

const when = (name: string, arg: SeccompArg): SeccompSyscall => ({
  names: [name],
  action: 'SCMP_ACT_ALLOW',
  args: [arg],
});

/** The arguments of clone3(2) lie in memory, where no filter sees them; libraries that get ENOSYS call clone(2). */
const CLONE: readonly SeccompSyscall[] = [
  when('clone', { index: 0, value: NEW_NAMESPACES, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }),
  { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
];

/** By the calls that capabilities add: every container of a program usually has the same few. */
const made = new Map<string, Seccomp>();

/** The profile for a program whose bounding set holds these: frozen, and the same object for the same ones. */
export function defaultSeccomp(capabilities: readonly string[] = []): Seccomp {
  const more = capabilities.flatMap((capability) => WITH[capability as Capability] ?? []);
  const key = more.join(' ');
  const known = made.get(key) ?? frozen(profile([...new Set([...ALWAYS, ...more])]));
  made.set(key, known);
  return known;
}

function profile(names: readonly string[]): Seccomp {
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    syscalls: [
      { names, action: 'SCMP_ACT_ALLOW' },
      ...(names.includes('clone') ? [] : CLONE),
      when('socket', { index: 0, value: VSOCK, op: 'SCMP_CMP_NE' }),
      when('personality', { index: 0, value: 0, op: 'SCMP_CMP_EQ' }),
      when('personality', { index: 0, value: ASK, op: 'SCMP_CMP_EQ' }),
    ],
  };
}
