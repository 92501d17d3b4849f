import { CAPABILITIES } from '../spec/words.ts';

/** Names of the specification and of man pages, with the kernel's numbers (include/uapi/linux). */

/** clone(2) flags by the specification's namespace types. */
export const NAMESPACE = {
  time: 0x00000080,
  mount: 0x00020000,
  cgroup: 0x02000000,
  uts: 0x04000000,
  ipc: 0x08000000,
  user: 0x10000000,
  pid: 0x20000000,
  network: 0x40000000,
} as const;

/** mount_setattr(2) attributes. */
export const MOUNT_ATTRIBUTE = {
  rdonly: 0x00000001,
  nosuid: 0x00000002,
  nodev: 0x00000004,
  noexec: 0x00000008,
  noatime: 0x00000010,
  strictatime: 0x00000020,
  atime: 0x00000070,
  nodiratime: 0x00000080,
  nosymfollow: 0x00200000,
} as const;

/** mount(2) propagation types, as mount_setattr(2) takes them. */
export const PROPAGATION = {
  unchanged: 0,
  unbindable: 1 << 17,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
} as const;

/** What a bind mount does with a symbolic link that is its source. */
export const SOURCE_LINK = { follow: 0, copy: 1, mount: 2 } as const;

/** getrlimit(2) resources. */
export const RLIMIT = {
  RLIMIT_CPU: 0,
  RLIMIT_FSIZE: 1,
  RLIMIT_DATA: 2,
  RLIMIT_STACK: 3,
  RLIMIT_CORE: 4,
  RLIMIT_RSS: 5,
  RLIMIT_NPROC: 6,
  RLIMIT_NOFILE: 7,
  RLIMIT_MEMLOCK: 8,
  RLIMIT_AS: 9,
  RLIMIT_LOCKS: 10,
  RLIMIT_SIGPENDING: 11,
  RLIMIT_MSGQUEUE: 12,
  RLIMIT_NICE: 13,
  RLIMIT_RTPRIO: 14,
  RLIMIT_RTTIME: 15,
} as const;

/** capabilities(7), in the order of their bits. */
export const CAPABILITY_NAMES = CAPABILITIES;

export type CapabilityName = (typeof CAPABILITY_NAMES)[number];

/** Capability bits as numbers: 2 to the power of the capability's place. */
export const CAPABILITY = Object.fromEntries(
  CAPABILITY_NAMES.map((name, bit) => [name, 2 ** bit]),
) as Readonly<Record<CapabilityName, number>>;

/** Seccomp return actions (include/uapi/linux/seccomp.h) under the specification's names, without their data. */
export const SECCOMP_ACTION = {
  SCMP_ACT_KILL: 0x00000000,
  SCMP_ACT_KILL_THREAD: 0x00000000,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_NOTIFY: 0x7fc00000,
  SCMP_ACT_ALLOW: 0x7fff0000,
} as const;

/** libseccomp's scmp_compare values. */
export const SECCOMP_OPERATOR = {
  SCMP_CMP_NE: 1,
  SCMP_CMP_LT: 2,
  SCMP_CMP_LE: 3,
  SCMP_CMP_EQ: 4,
  SCMP_CMP_GE: 5,
  SCMP_CMP_GT: 6,
  SCMP_CMP_MASKED_EQ: 7,
} as const;

/** seccomp(2) SECCOMP_SET_MODE_FILTER flags. */
export const SECCOMP_FLAG = {
  SECCOMP_FILTER_FLAG_TSYNC: 1,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: 32,
} as const;

/** Device types: S_IFMT bits of mknod(2). */
export const DEVICE_TYPE = { c: 0o020000, u: 0o020000, b: 0o060000, p: 0o010000 } as const;

/** BPF_DEVCG_ACC_* (include/uapi/linux/bpf.h). */
export const DEVICE_ACCESS = { m: 1, r: 2, w: 4 } as const;

/** BPF_DEVCG_DEV_*; 0 stands for both. */
export const DEVICE_CLASS = { a: 0, b: 1, c: 2 } as const;

/** sched(7) policies. */
export const SCHEDULER_POLICY = {
  SCHED_OTHER: 0,
  SCHED_FIFO: 1,
  SCHED_RR: 2,
  SCHED_BATCH: 3,
  SCHED_ISO: 4,
  SCHED_IDLE: 5,
  SCHED_DEADLINE: 6,
} as const;

/** sched_setattr(2) flags. */
export const SCHEDULER_FLAG = {
  SCHED_FLAG_RESET_ON_FORK: 0x01,
  SCHED_FLAG_RECLAIM: 0x02,
  SCHED_FLAG_DL_OVERRUN: 0x04,
  SCHED_FLAG_KEEP_POLICY: 0x08,
  SCHED_FLAG_KEEP_PARAMS: 0x10,
  SCHED_FLAG_UTIL_CLAMP_MIN: 0x20,
  SCHED_FLAG_UTIL_CLAMP_MAX: 0x40,
} as const;

/** ioprio_set(2) classes. */
export const IO_PRIORITY_CLASS = { IOPRIO_CLASS_RT: 1, IOPRIO_CLASS_BE: 2, IOPRIO_CLASS_IDLE: 3 } as const;

/** set_mempolicy(2) modes. */
export const MEMORY_POLICY = {
  MPOL_DEFAULT: 0,
  MPOL_PREFERRED: 1,
  MPOL_BIND: 2,
  MPOL_INTERLEAVE: 3,
  MPOL_LOCAL: 4,
  MPOL_PREFERRED_MANY: 5,
  MPOL_WEIGHTED_INTERLEAVE: 6,
} as const;

/** set_mempolicy(2) mode flags. */
export const MEMORY_POLICY_FLAG = {
  MPOL_F_NUMA_BALANCING: 1 << 13,
  MPOL_F_RELATIVE_NODES: 1 << 14,
  MPOL_F_STATIC_NODES: 0x8000,
} as const;

/** personality(2) execution domains. */
export const PERSONALITY = { LINUX: 0x0000, LINUX32: 0x0008 } as const;
