// Made by scripts/generate-steps.mjs from src/plan/steps.ts: do not edit.
#pragma once
#include <cstdint>

#include "reader.h"

namespace runts::plan {

inline constexpr uint32_t kSchema = 0x3643715f;

enum class Kind : uint32_t {
  CgroupCreate,
  CgroupOpen,
  CgroupWrite,
  CgroupDevices,
  CgroupChown,
  CgroupFreeze,
  CgroupKill,
  CgroupRemove,
  ResctrlMake,
  ResctrlSchemata,
  ResctrlJoin,
  ResctrlRemove,
  CgroupVacant,
  CgroupAdopt,
  SystemdCall,
  SeccompCompile,
  SeccompKept,
  Listen,
  Connect,
  DeviceNode,
  OpenTree,
  AttachRoot,
  DetachRoot,
  FileSystem,
  Overlay,
  OpenNamespace,
  OpenProcess,
  Clone,
  IdMap,
  OomScore,
  NetDevice,
  Rlimit,
  Hook,
  Created,
  DismissVisitor,
  Dismiss,
  Start,
  Signal,
  Join,
  Unshare,
  BecomeRoot,
  RootDirectory,
  TimeOffsets,
  Fork,
  SessionKeyring,
  Loopback,
  Hostname,
  Domainname,
  Procfs,
  MountPropagation,
  Root,
  Mount,
  Bind,
  MountAttributes,
  Reconfigure,
  Unmount,
  FileLabel,
  Device,
  Symlink,
  CwdCreate,
  Mask,
  ReadonlyPath,
  Console,
  RootReadonly,
  Pivot,
  RootPropagation,
  Sysctl,
  Umask,
  Personality,
  Scheduler,
  IoPriority,
  CpuAffinity,
  MemoryPolicy,
  Apparmor,
  Selinux,
  NoNewPrivileges,
  Cwd,
  User,
  Capabilities,
  FindExecutable,
  AwaitStart,
  CloseFds,
  Seccomp,
  CapabilitiesFinal,
  Execve,
};

inline constexpr uint32_t kKindCount = 85;

inline constexpr const char *kKindNames[kKindCount] = {
    "cgroup-create",
    "cgroup-open",
    "cgroup-write",
    "cgroup-devices",
    "cgroup-chown",
    "cgroup-freeze",
    "cgroup-kill",
    "cgroup-remove",
    "resctrl-make",
    "resctrl-schemata",
    "resctrl-join",
    "resctrl-remove",
    "cgroup-vacant",
    "cgroup-adopt",
    "systemd-call",
    "seccomp-compile",
    "seccomp-kept",
    "listen",
    "connect",
    "device-node",
    "open-tree",
    "attach-root",
    "detach-root",
    "file-system",
    "overlay",
    "open-namespace",
    "open-process",
    "clone",
    "id-map",
    "oom-score",
    "net-device",
    "rlimit",
    "hook",
    "created",
    "dismiss-visitor",
    "dismiss",
    "start",
    "signal",
    "join",
    "unshare",
    "become-root",
    "root-directory",
    "time-offsets",
    "fork",
    "session-keyring",
    "loopback",
    "hostname",
    "domainname",
    "procfs",
    "mount-propagation",
    "root",
    "mount",
    "bind",
    "mount-attributes",
    "reconfigure",
    "unmount",
    "file-label",
    "device",
    "symlink",
    "cwd-create",
    "mask",
    "readonly-path",
    "console",
    "root-readonly",
    "pivot",
    "root-propagation",
    "sysctl",
    "umask",
    "personality",
    "scheduler",
    "io-priority",
    "cpu-affinity",
    "memory-policy",
    "apparmor",
    "selinux",
    "no-new-privileges",
    "cwd",
    "user",
    "capabilities",
    "find-executable",
    "await-start",
    "close-fds",
    "seccomp",
    "capabilities-final",
    "execve",
};

inline constexpr Name kCgroupWriteIfMissingNames[] = {
    {"fail", 0x0},
    {"skip", 0x1},
};
inline constexpr Name kDeviceClassNames[] = {
    {"a", 0x0},
    {"b", 0x1},
    {"c", 0x2},
};
inline constexpr Name kDeviceAccessNames[] = {
    {"m", 0x1},
    {"r", 0x2},
    {"w", 0x4},
};
inline constexpr Name kSeccompActionNames[] = {
    {"SCMP_ACT_KILL", 0x0},
    {"SCMP_ACT_KILL_THREAD", 0x0},
    {"SCMP_ACT_KILL_PROCESS", 0x80000000},
    {"SCMP_ACT_TRAP", 0x30000},
    {"SCMP_ACT_ERRNO", 0x50000},
    {"SCMP_ACT_TRACE", 0x7ff00000},
    {"SCMP_ACT_LOG", 0x7ffc0000},
    {"SCMP_ACT_NOTIFY", 0x7fc00000},
    {"SCMP_ACT_ALLOW", 0x7fff0000},
};
inline constexpr Name kSeccompOperatorNames[] = {
    {"SCMP_CMP_NE", 0x1},
    {"SCMP_CMP_LT", 0x2},
    {"SCMP_CMP_LE", 0x3},
    {"SCMP_CMP_EQ", 0x4},
    {"SCMP_CMP_GE", 0x5},
    {"SCMP_CMP_GT", 0x6},
    {"SCMP_CMP_MASKED_EQ", 0x7},
};
inline constexpr Name kDeviceTypeNames[] = {
    {"c", 0x2000},
    {"u", 0x2000},
    {"b", 0x6000},
    {"p", 0x1000},
};
inline constexpr Name kNamespaceNames[] = {
    {"time", 0x80},
    {"mount", 0x20000},
    {"cgroup", 0x2000000},
    {"uts", 0x4000000},
    {"ipc", 0x8000000},
    {"user", 0x10000000},
    {"pid", 0x20000000},
    {"network", 0x40000000},
};
inline constexpr Name kRlimitNames[] = {
    {"RLIMIT_CPU", 0x0},
    {"RLIMIT_FSIZE", 0x1},
    {"RLIMIT_DATA", 0x2},
    {"RLIMIT_STACK", 0x3},
    {"RLIMIT_CORE", 0x4},
    {"RLIMIT_RSS", 0x5},
    {"RLIMIT_NPROC", 0x6},
    {"RLIMIT_NOFILE", 0x7},
    {"RLIMIT_MEMLOCK", 0x8},
    {"RLIMIT_AS", 0x9},
    {"RLIMIT_LOCKS", 0xa},
    {"RLIMIT_SIGPENDING", 0xb},
    {"RLIMIT_MSGQUEUE", 0xc},
    {"RLIMIT_NICE", 0xd},
    {"RLIMIT_RTPRIO", 0xe},
    {"RLIMIT_RTTIME", 0xf},
};
inline constexpr Name kPropagationNames[] = {
    {"unchanged", 0x0},
    {"unbindable", 0x20000},
    {"private", 0x40000},
    {"slave", 0x80000},
    {"shared", 0x100000},
};
inline constexpr Name kMountAttributeNames[] = {
    {"rdonly", 0x1},
    {"nosuid", 0x2},
    {"nodev", 0x4},
    {"noexec", 0x8},
    {"noatime", 0x10},
    {"strictatime", 0x20},
    {"atime", 0x70},
    {"nodiratime", 0x80},
    {"nosymfollow", 0x200000},
};
inline constexpr Name kSourceLinkNames[] = {
    {"follow", 0x0},
    {"copy", 0x1},
    {"mount", 0x2},
};
inline constexpr Name kPivotHowNames[] = {
    {"pivot", 0x0},
    {"move", 0x1},
    {"chroot", 0x2},
};
inline constexpr Name kPersonalityNames[] = {
    {"LINUX", 0x0},
    {"LINUX32", 0x8},
};
inline constexpr Name kSchedulerPolicyNames[] = {
    {"SCHED_OTHER", 0x0},
    {"SCHED_FIFO", 0x1},
    {"SCHED_RR", 0x2},
    {"SCHED_BATCH", 0x3},
    {"SCHED_ISO", 0x4},
    {"SCHED_IDLE", 0x5},
    {"SCHED_DEADLINE", 0x6},
};
inline constexpr Name kSchedulerFlagNames[] = {
    {"SCHED_FLAG_RESET_ON_FORK", 0x1},
    {"SCHED_FLAG_RECLAIM", 0x2},
    {"SCHED_FLAG_DL_OVERRUN", 0x4},
    {"SCHED_FLAG_KEEP_POLICY", 0x8},
    {"SCHED_FLAG_KEEP_PARAMS", 0x10},
    {"SCHED_FLAG_UTIL_CLAMP_MIN", 0x20},
    {"SCHED_FLAG_UTIL_CLAMP_MAX", 0x40},
};
inline constexpr Name kIoPriorityClassNames[] = {
    {"IOPRIO_CLASS_RT", 0x1},
    {"IOPRIO_CLASS_BE", 0x2},
    {"IOPRIO_CLASS_IDLE", 0x3},
};
inline constexpr Name kMemoryPolicyNames[] = {
    {"MPOL_DEFAULT", 0x0},
    {"MPOL_PREFERRED", 0x1},
    {"MPOL_BIND", 0x2},
    {"MPOL_INTERLEAVE", 0x3},
    {"MPOL_LOCAL", 0x4},
    {"MPOL_PREFERRED_MANY", 0x5},
    {"MPOL_WEIGHTED_INTERLEAVE", 0x6},
};
inline constexpr Name kMemoryPolicyFlagNames[] = {
    {"MPOL_F_NUMA_BALANCING", 0x2000},
    {"MPOL_F_RELATIVE_NODES", 0x4000},
    {"MPOL_F_STATIC_NODES", 0x8000},
};
inline constexpr Name kCapabilityNames[] = {
    {"CAP_CHOWN", 0x1},
    {"CAP_DAC_OVERRIDE", 0x2},
    {"CAP_DAC_READ_SEARCH", 0x4},
    {"CAP_FOWNER", 0x8},
    {"CAP_FSETID", 0x10},
    {"CAP_KILL", 0x20},
    {"CAP_SETGID", 0x40},
    {"CAP_SETUID", 0x80},
    {"CAP_SETPCAP", 0x100},
    {"CAP_LINUX_IMMUTABLE", 0x200},
    {"CAP_NET_BIND_SERVICE", 0x400},
    {"CAP_NET_BROADCAST", 0x800},
    {"CAP_NET_ADMIN", 0x1000},
    {"CAP_NET_RAW", 0x2000},
    {"CAP_IPC_LOCK", 0x4000},
    {"CAP_IPC_OWNER", 0x8000},
    {"CAP_SYS_MODULE", 0x10000},
    {"CAP_SYS_RAWIO", 0x20000},
    {"CAP_SYS_CHROOT", 0x40000},
    {"CAP_SYS_PTRACE", 0x80000},
    {"CAP_SYS_PACCT", 0x100000},
    {"CAP_SYS_ADMIN", 0x200000},
    {"CAP_SYS_BOOT", 0x400000},
    {"CAP_SYS_NICE", 0x800000},
    {"CAP_SYS_RESOURCE", 0x1000000},
    {"CAP_SYS_TIME", 0x2000000},
    {"CAP_SYS_TTY_CONFIG", 0x4000000},
    {"CAP_MKNOD", 0x8000000},
    {"CAP_LEASE", 0x10000000},
    {"CAP_AUDIT_WRITE", 0x20000000},
    {"CAP_AUDIT_CONTROL", 0x40000000},
    {"CAP_SETFCAP", 0x80000000},
    {"CAP_MAC_OVERRIDE", 0x100000000},
    {"CAP_MAC_ADMIN", 0x200000000},
    {"CAP_SYSLOG", 0x400000000},
    {"CAP_WAKE_ALARM", 0x800000000},
    {"CAP_BLOCK_SUSPEND", 0x1000000000},
    {"CAP_AUDIT_READ", 0x2000000000},
    {"CAP_PERFMON", 0x4000000000},
    {"CAP_BPF", 0x8000000000},
    {"CAP_CHECKPOINT_RESTORE", 0x10000000000},
};
inline constexpr Name kSeccompFlagNames[] = {
    {"SECCOMP_FILTER_FLAG_TSYNC", 0x1},
    {"SECCOMP_FILTER_FLAG_LOG", 0x2},
    {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", 0x4},
    {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", 0x20},
};

// mkdir each missing part of path below root, enabling controllers on the way; refuses a cgroup that has processes or is frozen; fresh: makes an existing one anew, so that it is no longer that of whoever had it; opens it
struct CgroupCreate {
  Str root;
  Str path;
  List<Str> controllers;
  List<Str> wanted;
  bool fresh;
  static CgroupCreate read(Reader &r) {
    CgroupCreate v{};
    v.root = r.str();
    v.path = r.str();
    v.controllers = r.list<Str>();
    v.wanted = r.list<Str>();
    v.fresh = r.boolean();
    return v;
  }
};

// open an existing cgroup; one of another inode number (0: any) is another, and so ENOENT; where it is gone, the one that process orOfPid is in (0: fail)
struct CgroupOpen {
  Str root;
  Str path;
  uint64_t inode;
  uint32_t or_of_pid;
  static CgroupOpen read(Reader &r) {
    CgroupOpen v{};
    v.root = r.str();
    v.path = r.str();
    v.inode = r.u64();
    v.or_of_pid = r.u32();
    return v;
  }
};

// one write(2) of value to a file of the open cgroup; where the file is missing: otherwiseFile and its value if named, else fail or skip
struct CgroupWrite {
  Str file;
  Str value;
  Str otherwise_file;
  Str otherwise_value;
  uint32_t if_missing;
  static CgroupWrite read(Reader &r) {
    CgroupWrite v{};
    v.file = r.str();
    v.value = r.str();
    v.otherwise_file = r.str();
    v.otherwise_value = r.str();
    v.if_missing = r.choice(kCgroupWriteIfMissingNames);
    return v;
  }
};

// compile the rules (the last that matches decides; none: deny) to eBPF, load it, attach it in place of an earlier one
struct CgroupDevicesRules {
  bool allow;
  uint32_t type;
  int64_t major;
  int64_t minor;
  uint64_t access;
  static CgroupDevicesRules read(Reader &r) {
    CgroupDevicesRules v{};
    v.allow = r.boolean();
    v.type = r.choice(kDeviceClassNames);
    v.major = r.i64();
    v.minor = r.i64();
    v.access = r.flags(kDeviceAccessNames);
    return v;
  }
};

struct CgroupDevices {
  List<CgroupDevicesRules> rules;
  static CgroupDevices read(Reader &r) {
    CgroupDevices v{};
    v.rules = r.list<CgroupDevicesRules>();
    return v;
  }
};

// give the cgroup directory and the files listed in /sys/kernel/cgroup/delegate to uid (a host id)
struct CgroupChown {
  uint32_t uid;
  uint32_t gid;
  static CgroupChown read(Reader &r) {
    CgroupChown v{};
    v.uid = r.u32();
    v.gid = r.u32();
    return v;
  }
};

// write cgroup.freeze and wait until cgroup.events says so
struct CgroupFreeze {
  bool frozen;
  static CgroupFreeze read(Reader &r) {
    CgroupFreeze v{};
    v.frozen = r.boolean();
    return v;
  }
};

// write 1 to cgroup.kill of the open cgroup
struct CgroupKill {
  static CgroupKill read(Reader &) {
    CgroupKill v{};
    return v;
  }
};

// kill what is left, wait for populated 0, remove the cgroup and all below it, then its empty parents up to and without `until`; a missing cgroup is fine, and one of another inode number (0: any) stays
struct CgroupRemove {
  Str root;
  Str path;
  Str until;
  uint32_t timeout_ms;
  uint64_t inode;
  static CgroupRemove read(Reader &r) {
    CgroupRemove v{};
    v.root = r.str();
    v.path = r.str();
    v.until = r.str();
    v.timeout_ms = r.u32();
    v.inode = r.u64();
    return v;
  }
};

// mkdir of a group of resctrl (a class of service, or a group for monitoring in one); undo removes it
struct ResctrlMake {
  Str root;
  Str path;
  static ResctrlMake read(Reader &r) {
    ResctrlMake v{};
    v.root = r.str();
    v.path = r.str();
    return v;
  }
};

// one write(2) of all lines to schemata of a class of service
struct ResctrlSchemata {
  Str root;
  Str path;
  List<Str> lines;
  static ResctrlSchemata read(Reader &r) {
    ResctrlSchemata v{};
    v.root = r.str();
    v.path = r.str();
    v.lines = r.list<Str>();
    return v;
  }
};

// write the process to tasks of a group
struct ResctrlJoin {
  Str root;
  Str path;
  static ResctrlJoin read(Reader &r) {
    ResctrlJoin v{};
    v.root = r.str();
    v.path = r.str();
    return v;
  }
};

// rmdir of a group; a missing one is fine
struct ResctrlRemove {
  Str root;
  Str path;
  static ResctrlRemove read(Reader &r) {
    ResctrlRemove v{};
    v.root = r.str();
    v.path = r.str();
    return v;
  }
};

// refuses a cgroup that is there and has processes, or is frozen, itself or above; one that is missing is fine
struct CgroupVacant {
  Str root;
  Str path;
  static CgroupVacant read(Reader &r) {
    CgroupVacant v{};
    v.root = r.str();
    v.path = r.str();
    return v;
  }
};

// open the cgroup that systemd has made, enabling controllers on the way; ESRCH where the process of the plan, if there is one by then, is not in it
struct CgroupAdopt {
  Str root;
  Str path;
  List<Str> controllers;
  static CgroupAdopt read(Reader &r) {
    CgroupAdopt v{};
    v.root = r.str();
    v.path = r.str();
    v.controllers = r.list<Str>();
    return v;
  }
};

// D-Bus method calls to systemd over its own socket, each answered before the next is sent; undo sends those of `undo`, if a job had begun, once the plan's process is dead
struct SystemdCallCalls {
  List<uint8_t> message;
  uint32_t pid_at;
  bool job;
  List<Str> tolerate;
  static SystemdCallCalls read(Reader &r) {
    SystemdCallCalls v{};
    v.message = r.list<uint8_t>();
    v.pid_at = r.u32();
    v.job = r.boolean();
    v.tolerate = r.list<Str>();
    return v;
  }
};

struct SystemdCallUndo {
  List<uint8_t> message;
  bool job;
  static SystemdCallUndo read(Reader &r) {
    SystemdCallUndo v{};
    v.message = r.list<uint8_t>();
    v.job = r.boolean();
    return v;
  }
};

struct SystemdCall {
  Str socket;
  List<SystemdCallCalls> calls;
  List<SystemdCallUndo> undo;
  List<uint8_t> diagnose;
  uint32_t timeout_ms;
  static SystemdCall read(Reader &r) {
    SystemdCall v{};
    v.socket = r.str();
    v.calls = r.list<SystemdCallCalls>();
    v.undo = r.list<SystemdCallUndo>();
    v.diagnose = r.list<uint8_t>();
    v.timeout_ms = r.u32();
    return v;
  }
};

// BPF program by libseccomp, kept in the cache directory under all that went in; a sealed memfd goes to the slot
struct SeccompCompileRulesArgs {
  uint32_t index;
  uint64_t value;
  uint64_t value_two;
  uint32_t op;
  static SeccompCompileRulesArgs read(Reader &r) {
    SeccompCompileRulesArgs v{};
    v.index = r.u32();
    v.value = r.u64();
    v.value_two = r.u64();
    v.op = r.choice(kSeccompOperatorNames);
    return v;
  }
};

struct SeccompCompileRules {
  List<Str> names;
  uint32_t action;
  uint32_t errno_;
  List<SeccompCompileRulesArgs> args;
  static SeccompCompileRules read(Reader &r) {
    SeccompCompileRules v{};
    v.names = r.list<Str>();
    v.action = r.choice(kSeccompActionNames);
    v.errno_ = r.u32();
    v.args = r.list<SeccompCompileRulesArgs>();
    return v;
  }
};

struct SeccompCompile {
  uint32_t slot;
  Str cache;
  Str section;
  uint32_t default_action;
  uint32_t default_errno;
  List<Str> architectures;
  bool fail_unknown;
  List<SeccompCompileRules> rules;
  static SeccompCompile read(Reader &r) {
    SeccompCompile v{};
    v.slot = r.u32();
    v.cache = r.str();
    v.section = r.str();
    v.default_action = r.choice(kSeccompActionNames);
    v.default_errno = r.u32();
    v.architectures = r.list<Str>();
    v.fail_unknown = r.boolean();
    v.rules = r.list<SeccompCompileRules>();
    return v;
  }
};

// hand on a descriptor of the runtime's, which the step takes over: the sealed program that is kept for the text of the section
struct SeccompKept {
  uint32_t slot;
  uint32_t descriptor;
  static SeccompKept read(Reader &r) {
    SeccompKept v{};
    v.slot = r.u32();
    v.descriptor = r.u32();
    return v;
  }
};

// make a listening unix socket `name` (mode 0600) in directory; undo removes it
struct Listen {
  Str directory;
  Str name;
  uint32_t slot;
  static Listen read(Reader &r) {
    Listen v{};
    v.directory = r.str();
    v.name = r.str();
    v.slot = r.u32();
    return v;
  }
};

// connect a unix stream socket
struct Connect {
  Str path;
  uint32_t slot;
  static Connect read(Reader &r) {
    Connect v{};
    v.path = r.str();
    v.slot = r.u32();
    return v;
  }
};

// make a device node on a file system of its own, never attached on the host: for a user namespace, where nobody may make nodes
struct DeviceNode {
  uint32_t type;
  uint32_t major;
  uint32_t minor;
  uint32_t mode;
  uint32_t uid;
  uint32_t gid;
  uint32_t slot;
  static DeviceNode read(Reader &r) {
    DeviceNode v{};
    v.type = r.choice(kDeviceTypeNames);
    v.major = r.u32();
    v.minor = r.u32();
    v.mode = r.u32();
    v.uid = r.u32();
    v.gid = r.u32();
    v.slot = r.u32();
    return v;
  }
};

// open_tree(OPEN_TREE_CLONE) of a host path, idmapped if mappings or a user namespace path are given; for sources that init may not reach; with a root, of a path below that one as the container's mount namespace has it by now
struct IdMapping {
  uint32_t inside;
  uint32_t outside;
  uint32_t size;
  static IdMapping read(Reader &r) {
    IdMapping v{};
    v.inside = r.u32();
    v.outside = r.u32();
    v.size = r.u32();
    return v;
  }
};

struct OpenTree {
  Str source;
  Str root;
  bool recursive;
  bool no_follow;
  uint32_t slot;
  List<IdMapping> uid_mappings;
  List<IdMapping> gid_mappings;
  Str user_namespace;
  bool idmap_recursive;
  static OpenTree read(Reader &r) {
    OpenTree v{};
    v.source = r.str();
    v.root = r.str();
    v.recursive = r.boolean();
    v.no_follow = r.boolean();
    v.slot = r.u32();
    v.uid_mappings = r.list<IdMapping>();
    v.gid_mappings = r.list<IdMapping>();
    v.user_namespace = r.str();
    v.idmap_recursive = r.boolean();
    return v;
  }
};

// a recursive clone of path over itself in the runtime's mount namespace, which the container shares: what is mounted below goes with it; which mount it is stands in directory; undo detaches it
struct AttachRoot {
  Str path;
  Str directory;
  static AttachRoot read(Reader &r) {
    AttachRoot v{};
    v.path = r.str();
    v.directory = r.str();
    return v;
  }
};

// detach the mount at path if it is the one that stands in directory
struct DetachRoot {
  Str path;
  Str directory;
  static DetachRoot read(Reader &r) {
    DetachRoot v{};
    v.path = r.str();
    v.directory = r.str();
    return v;
  }
};

// a new file system instance, detached and idmapped: for what is mounted with id mappings of its own; never attached on the host
struct FileSystem {
  Str type;
  Str source;
  List<Str> options;
  uint32_t slot;
  List<IdMapping> uid_mappings;
  List<IdMapping> gid_mappings;
  Str user_namespace;
  bool idmap_recursive;
  static FileSystem read(Reader &r) {
    FileSystem v{};
    v.type = r.str();
    v.source = r.str();
    v.options = r.list<Str>();
    v.slot = r.u32();
    v.uid_mappings = r.list<IdMapping>();
    v.gid_mappings = r.list<IdMapping>();
    v.user_namespace = r.str();
    v.idmap_recursive = r.boolean();
    return v;
  }
};

// a detached overlay mount of lower directories (topmost first), upper and work directory; never attached on the host
struct Overlay {
  List<Str> lower;
  Str upper;
  Str work;
  List<Str> options;
  uint32_t slot;
  List<IdMapping> uid_mappings;
  List<IdMapping> gid_mappings;
  Str user_namespace;
  static Overlay read(Reader &r) {
    Overlay v{};
    v.lower = r.list<Str>();
    v.upper = r.str();
    v.work = r.str();
    v.options = r.list<Str>();
    v.slot = r.u32();
    v.uid_mappings = r.list<IdMapping>();
    v.gid_mappings = r.list<IdMapping>();
    v.user_namespace = r.str();
    return v;
  }
};

// open a namespace file and check its type; refuseOwn: the runtime's own is an error
struct OpenNamespace {
  uint32_t type;
  Str path;
  uint32_t slot;
  bool refuse_own;
  static OpenNamespace read(Reader &r) {
    OpenNamespace v{};
    v.type = r.choice(kNamespaceNames);
    v.path = r.str();
    v.slot = r.u32();
    v.refuse_own = r.boolean();
    return v;
  }
};

// pidfd of a process, checked by its start time (clock ticks since boot, proc_pid_stat(5) field 22)
struct OpenProcess {
  uint32_t pid;
  uint64_t start_time;
  uint32_t slot;
  static OpenProcess read(Reader &r) {
    OpenProcess v{};
    v.pid = r.u32();
    v.start_time = r.u64();
    v.slot = r.u32();
    return v;
  }
};

// clone3 into the open cgroup (if intoCgroup; on EBUSY into that of cgroupOfPid if not 0) and the named new namespaces, the soft limit of open files that the caller has (Node raises its own), and execveat of the helper; undo kills it
struct Clone {
  uint64_t namespaces;
  bool into_cgroup;
  uint32_t cgroup_of_pid;
  static Clone read(Reader &r) {
    Clone v{};
    v.namespaces = r.flags(kNamespaceNames);
    v.into_cgroup = r.boolean();
    v.cgroup_of_pid = r.u32();
    return v;
  }
};

// write setgroups (if deny), uid_map and gid_map of the process; a map that has a tool (newuidmap, newgidmap by absolute path) is written by that, which is given the directory of the process in /proc as a descriptor, or its pid if it is too old for that
struct IdMap {
  List<IdMapping> uid_mappings;
  List<IdMapping> gid_mappings;
  bool deny_setgroups;
  Str uid_tool;
  Str gid_tool;
  static IdMap read(Reader &r) {
    IdMap v{};
    v.uid_mappings = r.list<IdMapping>();
    v.gid_mappings = r.list<IdMapping>();
    v.deny_setgroups = r.boolean();
    v.uid_tool = r.str();
    v.gid_tool = r.str();
    return v;
  }
};

// write oom_score_adj of the process (host) or of itself (init)
struct OomScore {
  int32_t value;
  static OomScore read(Reader &r) {
    OomScore v{};
    v.value = r.i32();
    return v;
  }
};

// move a network device into the process's network namespace under another name (a %d in it is numbered there), with its permanent global addresses, and set it up; undo moves it back
struct NetDevice {
  Str device;
  Str name;
  static NetDevice read(Reader &r) {
    NetDevice v{};
    v.device = r.str();
    v.name = r.str();
    return v;
  }
};

// prlimit64 of the process (host) or of itself (init)
struct Rlimit {
  uint32_t type;
  uint64_t soft;
  uint64_t hard;
  static Rlimit read(Reader &r) {
    Rlimit v{};
    v.type = r.choice(kRlimitNames);
    v.soft = r.u64();
    v.hard = r.u64();
    return v;
  }
};

// run a hook: its state on standard input, fail on a status other than 0, kill it after the timeout
struct Hook {
  Str phase;
  Str path;
  List<Str> args;
  List<Str> env;
  uint32_t timeout;
  Str state_head;
  Str state_tail;
  Str stdout_file;
  Str stderr_file;
  uint32_t pid;
  bool add_home;
  uint32_t uid;
  static Hook read(Reader &r) {
    Hook v{};
    v.phase = r.str();
    v.path = r.str();
    v.args = r.list<Str>();
    v.env = r.list<Str>();
    v.timeout = r.u32();
    v.state_head = r.str();
    v.state_tail = r.str();
    v.stdout_file = r.str();
    v.stderr_file = r.str();
    v.pid = r.u32();
    v.add_home = r.boolean();
    v.uid = r.u32();
    return v;
  }
};

// the end of create: init is left waiting for start
struct Created {
  static Created read(Reader &) {
    Created v{};
    return v;
  }
};

// end a process that has entered a container for what came before, and runs no program
struct DismissVisitor {
  static DismissVisitor read(Reader &) {
    DismissVisitor v{};
    return v;
  }
};

// connect to the socket of a created container and hang up, which ends an init that waits there; wait until it has; a missing socket is fine
struct Dismiss {
  Str directory;
  Str name;
  uint32_t timeout_ms;
  static Dismiss read(Reader &r) {
    Dismiss v{};
    v.directory = r.str();
    v.name = r.str();
    v.timeout_ms = r.u32();
    return v;
  }
};

// connect to the socket of a created container, remove it, hand the slots over, wait until init has executed the program or reports why not
struct Start {
  Str directory;
  Str name;
  static Start read(Reader &r) {
    Start v{};
    v.directory = r.str();
    v.name = r.str();
    return v;
  }
};

// pidfd_send_signal to a process checked by its start time; ESRCH where it is gone
struct Signal {
  uint32_t pid;
  uint64_t start_time;
  uint32_t signal;
  static Signal read(Reader &r) {
    Signal v{};
    v.pid = r.u32();
    v.start_time = r.u64();
    v.signal = r.u32();
    return v;
  }
};

// setns on a slot: a namespace file or a pidfd
struct Join {
  uint32_t slot;
  uint64_t namespaces;
  static Join read(Reader &r) {
    Join v{};
    v.slot = r.u32();
    v.namespaces = r.flags(kNamespaceNames);
    return v;
  }
};

// unshare(2)
struct Unshare {
  uint64_t namespaces;
  static Unshare read(Reader &r) {
    Unshare v{};
    v.namespaces = r.flags(kNamespaceNames);
    return v;
  }
};

// setgroups to none where allowed and not to be kept, setresgid and setresuid to 0 of the user namespace
struct BecomeRoot {
  bool keep_groups;
  static BecomeRoot read(Reader &r) {
    BecomeRoot v{};
    v.keep_groups = r.boolean();
    return v;
  }
};

// make the directory of the root the working directory while its path can be reached: a new mount namespace takes it along, a user namespace may have no way there
struct RootDirectory {
  Str path;
  static RootDirectory read(Reader &r) {
    RootDirectory v{};
    v.path = r.str();
    return v;
  }
};

// write timens_offsets of the time namespace that children will have
struct TimeOffsets {
  int64_t monotonic_seconds;
  uint32_t monotonic_nanoseconds;
  int64_t boottime_seconds;
  uint32_t boottime_nanoseconds;
  static TimeOffsets read(Reader &r) {
    TimeOffsets v{};
    v.monotonic_seconds = r.i64();
    v.monotonic_nanoseconds = r.u32();
    v.boottime_seconds = r.i64();
    v.boottime_nanoseconds = r.u32();
    return v;
  }
};

// go on with the plan in a child (clone3 with CLONE_PARENT and the named new namespaces); the stage process exits
struct Fork {
  uint64_t namespaces;
  static Fork read(Reader &r) {
    Fork v{};
    v.namespaces = r.flags(kNamespaceNames);
    return v;
  }
};

// join a new session keyring and let its possessor search it
struct SessionKeyring {
  Str name;
  static SessionKeyring read(Reader &r) {
    SessionKeyring v{};
    v.name = r.str();
    return v;
  }
};

// set the interface lo up
struct Loopback {
  static Loopback read(Reader &) {
    Loopback v{};
    return v;
  }
};

// sethostname(2)
struct Hostname {
  Str name;
  static Hostname read(Reader &r) {
    Hostname v{};
    v.name = r.str();
    return v;
  }
};

// setdomainname(2)
struct Domainname {
  Str name;
  static Domainname read(Reader &r) {
    Domainname v{};
    v.name = r.str();
    return v;
  }
};

// a private detached procfs of the pid namespace for sysctls, labels and /proc/self/fd; never attached
struct Procfs {
  static Procfs read(Reader &) {
    Procfs v{};
    return v;
  }
};

// change the propagation of the whole mount tree of the new mount namespace
struct MountPropagation {
  uint32_t propagation;
  bool recursive;
  static MountPropagation read(Reader &r) {
    MountPropagation v{};
    v.propagation = r.choice(kPropagationNames);
    v.recursive = r.boolean();
    return v;
  }
};

// attach the root file system over its own directory: a recursive clone of path, or the mount in slot; it becomes the root descriptor
struct Root {
  Str path;
  uint32_t slot;
  bool in_place;
  bool own;
  bool reached;
  uint32_t parent;
  static Root read(Reader &r) {
    Root v{};
    v.path = r.str();
    v.slot = r.u32();
    v.in_place = r.boolean();
    v.own = r.boolean();
    v.reached = r.boolean();
    v.parent = r.choice(kPropagationNames);
    return v;
  }
};

// a new file system instance (fsopen, fsconfig, fsmount) attached at target, or where the kernel lets nobody here make one (EPERM) a read-only recursive clone of `otherwise`; the target is created if missing
struct Mount {
  Str type;
  Str source;
  Str target;
  List<Str> options;
  uint64_t attributes;
  uint32_t propagation;
  bool propagation_recursive;
  bool copy_up;
  bool inherit_mode;
  uint32_t keep;
  bool on_proc;
  Str otherwise;
  static Mount read(Reader &r) {
    Mount v{};
    v.type = r.str();
    v.source = r.str();
    v.target = r.str();
    v.options = r.list<Str>();
    v.attributes = r.flags(kMountAttributeNames);
    v.propagation = r.choice(kPropagationNames);
    v.propagation_recursive = r.boolean();
    v.copy_up = r.boolean();
    v.inherit_mode = r.boolean();
    v.keep = r.u32();
    v.on_proc = r.boolean();
    v.otherwise = r.str();
    return v;
  }
};

// a clone of source (or of the tree in slot) with all its attributes set, attached at target; the target is created as the source is: a file or a directory
struct Bind {
  Str source;
  uint32_t slot;
  Str target;
  bool recursive;
  uint64_t set;
  uint64_t clear;
  uint64_t clear_unless_locked;
  uint64_t recursive_set;
  uint64_t recursive_clear;
  uint32_t propagation;
  bool propagation_recursive;
  uint32_t source_link;
  bool cover_link;
  Str require_type;
  bool on_proc;
  static Bind read(Reader &r) {
    Bind v{};
    v.source = r.str();
    v.slot = r.u32();
    v.target = r.str();
    v.recursive = r.boolean();
    v.set = r.flags(kMountAttributeNames);
    v.clear = r.flags(kMountAttributeNames);
    v.clear_unless_locked = r.flags(kMountAttributeNames);
    v.recursive_set = r.flags(kMountAttributeNames);
    v.recursive_clear = r.flags(kMountAttributeNames);
    v.propagation = r.choice(kPropagationNames);
    v.propagation_recursive = r.boolean();
    v.source_link = r.choice(kSourceLinkNames);
    v.cover_link = r.boolean();
    v.require_type = r.str();
    v.on_proc = r.boolean();
    return v;
  }
};

// mount_setattr of what is mounted at target (remount), or of the mount that is kept in a slot
struct MountAttributes {
  Str target;
  uint32_t slot;
  bool recursive;
  uint64_t set;
  uint64_t clear;
  static MountAttributes read(Reader &r) {
    MountAttributes v{};
    v.target = r.str();
    v.slot = r.u32();
    v.recursive = r.boolean();
    v.set = r.flags(kMountAttributeNames);
    v.clear = r.flags(kMountAttributeNames);
    return v;
  }
};

// change options of the file system that is mounted at target (fspick, fsconfig): a remount
struct Reconfigure {
  Str target;
  List<Str> options;
  static Reconfigure read(Reader &r) {
    Reconfigure v{};
    v.target = r.str();
    v.options = r.list<Str>();
    return v;
  }
};

// detach what is mounted at a path, whose last component is no symbolic link
struct Unmount {
  Str path;
  static Unmount read(Reader &r) {
    Unmount v{};
    v.path = r.str();
    return v;
  }
};

// the SELinux label of a directory, for a file system that takes no context option
struct FileLabel {
  Str target;
  Str label;
  static FileLabel read(Reader &r) {
    FileLabel v{};
    v.target = r.str();
    v.label = r.str();
    return v;
  }
};

// make a device node, which no symbolic link in /dev leads astray; an existing node must be the same; bind: attach the host node of the same path instead (user namespaces)
struct Device {
  Str path;
  uint32_t type;
  uint32_t major;
  uint32_t minor;
  uint32_t mode;
  uint32_t uid;
  uint32_t gid;
  bool bind;
  uint32_t slot;
  static Device read(Reader &r) {
    Device v{};
    v.path = r.str();
    v.type = r.choice(kDeviceTypeNames);
    v.major = r.u32();
    v.minor = r.u32();
    v.mode = r.u32();
    v.uid = r.u32();
    v.gid = r.u32();
    v.bind = r.boolean();
    v.slot = r.u32();
    return v;
  }
};

// make a symbolic link; an existing entry is kept or (not a directory) replaced
struct Symlink {
  Str path;
  Str target;
  bool replace;
  static Symlink read(Reader &r) {
    Symlink v{};
    v.path = r.str();
    v.target = r.str();
    v.replace = r.boolean();
    return v;
  }
};

// mkdir -p of the working directory below the root, owned by uid and gid
struct CwdCreate {
  Str path;
  static CwdCreate read(Reader &r) {
    CwdCreate v{};
    v.path = r.str();
    return v;
  }
};

// cover a file with the null device or a directory with an empty read-only tmpfs; a missing path is fine
struct Mask {
  Str path;
  Str context;
  static Mask read(Reader &r) {
    Mask v{};
    v.path = r.str();
    v.context = r.str();
    return v;
  }
};

// a read-only recursive clone of path over itself; a missing path is fine
struct ReadonlyPath {
  Str path;
  static ReadonlyPath read(Reader &r) {
    ReadonlyPath v{};
    v.path = r.str();
    return v;
  }
};

// a new terminal of the container (devpts), its master sent over the slot (the socket of connect), or to the host if slot is 0; it becomes stdio, controlling terminal and /dev/console
struct Console {
  uint32_t slot;
  uint32_t width;
  uint32_t height;
  bool mount;
  Str path;
  static Console read(Reader &r) {
    Console v{};
    v.slot = r.u32();
    v.width = r.u32();
    v.height = r.u32();
    v.mount = r.boolean();
    v.path = r.str();
    return v;
  }
};

// mount_setattr(MOUNT_ATTR_RDONLY) of the root descriptor
struct RootReadonly {
  static RootReadonly read(Reader &) {
    RootReadonly v{};
    return v;
  }
};

// make the root descriptor the root: pivot_root and detach of the old root, or MS_MOVE and chroot, or chroot alone
struct Pivot {
  uint32_t how;
  static Pivot read(Reader &r) {
    Pivot v{};
    v.how = r.choice(kPivotHowNames);
    return v;
  }
};

// propagation of the new root
struct RootPropagation {
  uint32_t propagation;
  bool recursive;
  static RootPropagation read(Reader &r) {
    RootPropagation v{};
    v.propagation = r.choice(kPropagationNames);
    v.recursive = r.boolean();
    return v;
  }
};

// one write below sys/ of the private procfs
struct Sysctl {
  Str key;
  Str value;
  static Sysctl read(Reader &r) {
    Sysctl v{};
    v.key = r.str();
    v.value = r.str();
    return v;
  }
};

// umask(2)
struct Umask {
  uint32_t mode;
  static Umask read(Reader &r) {
    Umask v{};
    v.mode = r.u32();
    return v;
  }
};

// personality(2)
struct Personality {
  uint32_t domain;
  static Personality read(Reader &r) {
    Personality v{};
    v.domain = r.choice(kPersonalityNames);
    return v;
  }
};

// sched_setattr(2); runtime, deadline and period in nanoseconds
struct Scheduler {
  uint32_t policy;
  int32_t nice;
  int32_t priority;
  uint64_t flags;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
  static Scheduler read(Reader &r) {
    Scheduler v{};
    v.policy = r.choice(kSchedulerPolicyNames);
    v.nice = r.i32();
    v.priority = r.i32();
    v.flags = r.flags(kSchedulerFlagNames);
    v.runtime = r.u64();
    v.deadline = r.u64();
    v.period = r.u64();
    return v;
  }
};

// ioprio_set(2)
struct IoPriority {
  uint32_t class_;
  uint32_t priority;
  static IoPriority read(Reader &r) {
    IoPriority v{};
    v.class_ = r.choice(kIoPriorityClassNames);
    v.priority = r.u32();
    return v;
  }
};

// sched_setaffinity(2): host: of the thread that will clone, until the plan ends; init: of itself
struct CpuAffinity {
  List<uint32_t> cpus;
  static CpuAffinity read(Reader &r) {
    CpuAffinity v{};
    v.cpus = r.list<uint32_t>();
    return v;
  }
};

// set_mempolicy(2)
struct MemoryPolicy {
  uint32_t mode;
  uint64_t flags;
  List<uint32_t> nodes;
  static MemoryPolicy read(Reader &r) {
    MemoryPolicy v{};
    v.mode = r.choice(kMemoryPolicyNames);
    v.flags = r.flags(kMemoryPolicyFlagNames);
    v.nodes = r.list<uint32_t>();
    return v;
  }
};

// write `exec PROFILE` to attr/apparmor/exec (or attr/exec) of the private procfs
struct Apparmor {
  Str profile;
  static Apparmor read(Reader &r) {
    Apparmor v{};
    v.profile = r.str();
    return v;
  }
};

// write the label to attr/exec of the private procfs
struct Selinux {
  Str label;
  static Selinux read(Reader &r) {
    Selinux v{};
    v.label = r.str();
    return v;
  }
};

// prctl(PR_SET_NO_NEW_PRIVS)
struct NoNewPrivileges {
  static NoNewPrivileges read(Reader &) {
    NoNewPrivileges v{};
    return v;
  }
};

// chdir, then getcwd must be absolute and reachable
struct Cwd {
  Str path;
  static Cwd read(Reader &r) {
    Cwd v{};
    v.path = r.str();
    return v;
  }
};

// keep capabilities, give stdio (terminals, pipes and sockets) to uid, setgroups, setresgid, setresuid
struct User {
  uint32_t uid;
  uint32_t gid;
  List<uint32_t> groups;
  bool set_groups;
  static User read(Reader &r) {
    User v{};
    v.uid = r.u32();
    v.gid = r.u32();
    v.groups = r.list<uint32_t>();
    v.set_groups = r.boolean();
    return v;
  }
};

// drop from the bounding set, capset, ambient; `retain` stays effective and permitted until capabilities-final
struct Capabilities {
  uint64_t bounding;
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
  uint64_t ambient;
  uint64_t retain;
  static Capabilities read(Reader &r) {
    Capabilities v{};
    v.bounding = r.flags(kCapabilityNames);
    v.effective = r.flags(kCapabilityNames);
    v.permitted = r.flags(kCapabilityNames);
    v.inheritable = r.flags(kCapabilityNames);
    v.ambient = r.flags(kCapabilityNames);
    v.retain = r.flags(kCapabilityNames);
    return v;
  }
};

// look args[0] up as execvp(3) does in the given PATH; keeps the result for execve
struct FindExecutable {
  Str name;
  Str path;
  static FindExecutable read(Reader &r) {
    FindExecutable v{};
    v.name = r.str();
    v.path = r.str();
    return v;
  }
};

// accept one connection on the listening socket in the slot; it becomes the control channel, and brings slots
struct AwaitStart {
  uint32_t slot;
  static AwaitStart read(Reader &r) {
    AwaitStart v{};
    v.slot = r.u32();
    return v;
  }
};

// close every descriptor from 3 + keep up, but the control channel, which is close-on-exec
struct CloseFds {
  uint32_t keep;
  static CloseFds read(Reader &r) {
    CloseFds v{};
    v.keep = r.u32();
    return v;
  }
};

// load the program in the slot; with a listener slot (the connection to a seccomp agent) send it the descriptor of the filter with the state, and close both
struct Seccomp {
  uint32_t slot;
  uint64_t flags;
  uint32_t listener;
  List<Str> state;
  static Seccomp read(Reader &r) {
    Seccomp v{};
    v.slot = r.u32();
    v.flags = r.flags(kSeccompFlagNames);
    v.listener = r.u32();
    v.state = r.list<Str>();
    return v;
  }
};

// the last capset, without what was retained
struct CapabilitiesFinal {
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
  static CapabilitiesFinal read(Reader &r) {
    CapabilitiesFinal v{};
    v.effective = r.flags(kCapabilityNames);
    v.permitted = r.flags(kCapabilityNames);
    v.inheritable = r.flags(kCapabilityNames);
    return v;
  }
};

// restore signals and execute the program found before; addHome: HOME from /etc/passwd of the root for uid, looked up before a filter is loaded
struct Execve {
  List<Str> args;
  List<Str> env;
  bool add_home;
  uint32_t uid;
  static Execve read(Reader &r) {
    Execve v{};
    v.args = r.list<Str>();
    v.env = r.list<Str>();
    v.add_home = r.boolean();
    v.uid = r.u32();
    return v;
  }
};

}  // namespace runts::plan
