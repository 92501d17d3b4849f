import {
  CAPABILITY,
  DEVICE_ACCESS,
  DEVICE_CLASS,
  DEVICE_TYPE,
  IO_PRIORITY_CLASS,
  MEMORY_POLICY,
  MEMORY_POLICY_FLAG,
  MOUNT_ATTRIBUTE,
  NAMESPACE,
  PERSONALITY,
  PROPAGATION,
  RLIMIT,
  SCHEDULER_FLAG,
  SCHEDULER_POLICY,
  SECCOMP_ACTION,
  SECCOMP_FLAG,
  SECCOMP_OPERATOR,
} from './numbers.ts';
import type { Fields, RecordOf, Side, StepDefinition } from './wire.ts';

const host: readonly Side[] = ['host'];
const init: readonly Side[] = ['init'];
const both: readonly Side[] = ['host', 'init'];

const idMappings = { list: { inside: 'u32', outside: 'u32', size: 'u32' } } as const;
const propagation = { choice: PROPAGATION } as const;
const attributes = { flags: MOUNT_ATTRIBUTE } as const;
const capabilities = { flags: CAPABILITY } as const;
const action = { choice: SECCOMP_ACTION } as const;
const hookFields = {
  /** The specification's name of the phase, for errors and traces. */
  phase: 'str',
  path: 'str',
  args: 'strs',
  env: 'strs',
  /** Seconds; 0 means no limit. */
  timeout: 'u32',
  /** The state on standard input is stateHead, the pid in decimal, stateTail. */
  stateHead: 'str',
  stateTail: 'str',
  /** Pid for the state; 0 means that of the process that the plan makes (init: its own, as it sees it). */
  pid: 'u32',
} as const;

/**
 * Every kind of step, once: the types of TypeScript, the wire form, and native/plan/steps.gen.h are made from this.
 * Slots are numbers from 1 for descriptors that the host hands to init with the baton; 0 means none. Paths of the
 * container are resolved below the root descriptor by openat2 (RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS).
 */
export const STEPS = {
  // ---- the cgroup, by writes to files of the v2 tree; all but create, open and remove act on the open cgroup
  'cgroup-create': {
    on: host,
    about:
      'mkdir each missing part of path below root, enabling controllers on the way; refuses a cgroup that has processes or is frozen; fresh: makes an existing one anew, so that it is no longer that of whoever had it; opens it',
    fields: {
      root: 'str',
      path: 'str',
      controllers: 'strs',
      /** Controllers that are enabled where that works (for statistics); a failure is fine. */
      wanted: 'strs',
      fresh: 'bool',
    },
  },
  'cgroup-open': {
    on: host,
    about: 'open an existing cgroup; one of another inode number (0: any) is another, and so ENOENT',
    fields: { root: 'str', path: 'str', inode: 'u64' },
  },
  'cgroup-write': {
    on: host,
    about:
      'one write(2) of value to a file of the open cgroup; where the file is missing: otherwiseFile and its value if named, else fail or skip',
    fields: {
      file: 'str',
      value: 'str',
      otherwiseFile: 'str',
      otherwiseValue: 'str',
      ifMissing: { choice: { fail: 0, skip: 1 } },
    },
  },
  'cgroup-devices': {
    on: host,
    about:
      'compile the rules (the last that matches decides; none: deny) to eBPF, load it, attach it in place of an earlier one',
    fields: {
      rules: {
        list: {
          allow: 'bool',
          type: { choice: DEVICE_CLASS },
          /** -1 means any. */
          major: 'i64',
          minor: 'i64',
          access: { flags: DEVICE_ACCESS },
        },
      },
    },
  },
  'cgroup-chown': {
    on: host,
    about: 'give the cgroup directory and the files listed in /sys/kernel/cgroup/delegate to uid (a host id)',
    fields: { uid: 'u32', gid: 'u32' },
  },
  'cgroup-freeze': {
    on: host,
    about: 'write cgroup.freeze and wait until cgroup.events says so',
    fields: { frozen: 'bool' },
  },
  'cgroup-kill': { on: host, about: 'write 1 to cgroup.kill of the open cgroup', fields: {} },
  'cgroup-remove': {
    on: host,
    about:
      'kill what is left, wait for populated 0, remove the cgroup and all below it, then its empty parents up to and without `until`; a missing cgroup is fine, and one of another inode number (0: any) stays',
    fields: { root: 'str', path: 'str', until: 'str', timeoutMs: 'u32', inode: 'u64' },
  },

  // ---- descriptors that the host prepares for init
  'seccomp-compile': {
    on: host,
    about:
      'BPF program by libseccomp, kept in the cache directory under all that went in; a sealed memfd goes to the slot',
    fields: {
      slot: 'u32',
      /** Directory of the cache; empty: no cache. */
      cache: 'str',
      defaultAction: action,
      /** Return data of ERRNO and TRACE. */
      defaultErrno: 'u32',
      /** libseccomp's names such as x86_64; empty: the native one. */
      architectures: 'strs',
      rules: {
        list: {
          names: 'strs',
          action,
          errno: 'u32',
          args: { list: { index: 'u32', value: 'u64', valueTwo: 'u64', op: { choice: SECCOMP_OPERATOR } } },
        },
      },
    },
  },
  listen: {
    on: host,
    about: 'make a listening unix socket `name` (mode 0600) in directory; undo removes it',
    fields: { directory: 'str', name: 'str', slot: 'u32' },
  },
  connect: { on: host, about: 'connect a unix stream socket', fields: { path: 'str', slot: 'u32' } },
  'open-tree': {
    on: host,
    about:
      'open_tree(OPEN_TREE_CLONE) of a host path, idmapped if mappings or a user namespace path are given; for sources that init may not reach',
    fields: {
      source: 'str',
      recursive: 'bool',
      slot: 'u32',
      uidMappings: idMappings,
      gidMappings: idMappings,
      userNamespace: 'str',
      idmapRecursive: 'bool',
    },
  },
  overlay: {
    on: host,
    about:
      'a detached overlay mount of lower directories (topmost first), upper and work directory; never attached on the host',
    fields: {
      lower: 'strs',
      upper: 'str',
      work: 'str',
      options: 'strs',
      slot: 'u32',
      /** Given: the lower directories are idmapped clones of these, so that they are the user namespace's own. */
      uidMappings: idMappings,
      gidMappings: idMappings,
      userNamespace: 'str',
    },
  },
  'open-namespace': {
    on: host,
    about: 'open a namespace file and check its type',
    fields: { type: { choice: NAMESPACE }, path: 'str', slot: 'u32' },
  },
  'open-process': {
    on: host,
    about:
      'pidfd of a process, checked by its start time (clock ticks since boot, proc_pid_stat(5) field 22)',
    fields: { pid: 'u32', startTime: 'u64', slot: 'u32' },
  },

  // ---- the process
  clone: {
    on: host,
    about:
      'clone3 into the open cgroup (if intoCgroup; on EBUSY into that of cgroupOfPid if not 0) and the named new namespaces, the soft limit of open files that the caller has (Node raises its own), and execveat of the helper; undo kills it',
    fields: { namespaces: { flags: NAMESPACE }, intoCgroup: 'bool', cgroupOfPid: 'u32' },
  },
  'id-map': {
    on: host,
    about: 'write setgroups (if deny), uid_map and gid_map of the process',
    fields: { uidMappings: idMappings, gidMappings: idMappings, denySetgroups: 'bool' },
  },
  'oom-score': { on: host, about: 'write oom_score_adj of the process', fields: { value: 'i32' } },
  rlimit: {
    on: both,
    about: 'prlimit64 of the process (host) or of itself (init)',
    fields: { type: { choice: RLIMIT }, soft: 'u64', hard: 'u64' },
  },
  hook: {
    on: both,
    about:
      'run a hook: its state on standard input, fail on a status other than 0, kill it after the timeout',
    fields: hookFields,
  },
  created: { on: host, about: 'the end of create: init is left waiting for start', fields: {} },
  dismiss: {
    on: host,
    about:
      'connect to the socket of a created container and hang up, which ends an init that waits there; wait until it has; a missing socket is fine',
    fields: { directory: 'str', name: 'str', timeoutMs: 'u32' },
  },
  start: {
    on: host,
    about:
      'connect to the socket of a created container, remove it, hand the slots over, wait until init has executed the program or reports why not',
    fields: { directory: 'str', name: 'str' },
  },
  signal: {
    on: host,
    about: 'pidfd_send_signal to a process checked by its start time; ESRCH where it is gone',
    fields: { pid: 'u32', startTime: 'u64', signal: 'u32' },
  },

  // ---- namespaces, seen from the process itself
  join: {
    on: init,
    about: 'setns on a slot: a namespace file or a pidfd',
    fields: { slot: 'u32', namespaces: { flags: NAMESPACE } },
  },
  unshare: { on: init, about: 'unshare(2)', fields: { namespaces: { flags: NAMESPACE } } },
  'become-root': {
    on: init,
    about: 'setgroups to none where allowed, setresgid and setresuid to 0 of the user namespace',
    fields: {},
  },
  'root-directory': {
    on: init,
    about:
      'make the directory of the root the working directory while its path can be reached: a new mount namespace takes it along, a user namespace may have no way there',
    fields: { path: 'str' },
  },
  'time-offsets': {
    on: init,
    about: 'write timens_offsets of the time namespace that children will have',
    fields: {
      monotonicSeconds: 'i64',
      monotonicNanoseconds: 'u32',
      boottimeSeconds: 'i64',
      boottimeNanoseconds: 'u32',
    },
  },
  fork: {
    on: init,
    about:
      'go on with the plan in a child (clone3 with CLONE_PARENT and the named new namespaces); the stage process exits',
    fields: { namespaces: { flags: NAMESPACE } },
  },
  'session-keyring': {
    on: init,
    about: 'join a new session keyring and let its possessor search it',
    fields: { name: 'str' },
  },
  loopback: { on: init, about: 'set the interface lo up', fields: {} },
  hostname: { on: init, about: 'sethostname(2)', fields: { name: 'str' } },
  domainname: { on: init, about: 'setdomainname(2)', fields: { name: 'str' } },

  // ---- mounts; all are made detached, given all their flags, and attached below the root descriptor
  procfs: {
    on: init,
    about:
      'a private detached procfs of the pid namespace for sysctls, labels and /proc/self/fd; never attached',
    fields: {},
  },
  'mount-propagation': {
    on: init,
    about: 'change the propagation of the whole mount tree of the new mount namespace',
    fields: { propagation, recursive: 'bool' },
  },
  root: {
    on: init,
    about:
      'attach the root file system over its own directory: a recursive clone of path, or the mount in slot; it becomes the root descriptor',
    fields: {
      path: 'str',
      slot: 'u32',
      /** True: there is no mount namespace to change, path is only opened (then pivot is a chroot). */
      inPlace: 'bool',
      /** True: the directory is the working directory, where root-directory went; path only names it. */
      reached: 'bool',
      /** Propagation given before to the mount that path lies on, so that nothing attached below reaches the host. */
      parent: propagation,
    },
  },
  mount: {
    on: init,
    about:
      'a new file system instance (fsopen, fsconfig, fsmount) attached at target; the target is created if missing',
    fields: {
      type: 'str',
      source: 'str',
      target: 'str',
      /** `key=value` or `key`. */
      options: 'strs',
      attributes,
      propagation,
      propagationRecursive: 'bool',
      /** Copy what target holds into the new file system (tmpcopyup). */
      copyUp: 'bool',
      /** Take mode of an existing target (tmpfs without mode=). */
      inheritMode: 'bool',
      /** Where the mount is kept for a mount-attributes that comes later; 0: nowhere. */
      keep: 'u32',
      /** Target may lie on a procfs; otherwise only another procfs may be attached there, over its root. */
      onProc: 'bool',
    },
  },
  bind: {
    on: init,
    about:
      'a clone of source (or of the tree in slot) with all its attributes set, attached at target; the target is created as the source is: a file or a directory',
    fields: {
      source: 'str',
      slot: 'u32',
      target: 'str',
      recursive: 'bool',
      set: attributes,
      clear: attributes,
      /** Cleared as well where the kernel lets it: on EPERM (locked by another user namespace) tried without. */
      clearUnlessLocked: attributes,
      recursiveSet: attributes,
      recursiveClear: attributes,
      propagation,
      propagationRecursive: 'bool',
      /** File system type that source must have (`proc` for a bind on /proc); empty: any. */
      requireType: 'str',
      /** As with mount. */
      onProc: 'bool',
    },
  },
  'mount-attributes': {
    on: init,
    about: 'mount_setattr of what is mounted at target (remount), or of the mount that is kept in a slot',
    fields: { target: 'str', slot: 'u32', recursive: 'bool', set: attributes, clear: attributes },
  },
  device: {
    on: init,
    about:
      'make a device node; an existing node must be the same; bind: attach the host node of the same path instead (user namespaces)',
    fields: {
      path: 'str',
      type: { choice: DEVICE_TYPE },
      major: 'u32',
      minor: 'u32',
      mode: 'u32',
      uid: 'u32',
      gid: 'u32',
      bind: 'bool',
    },
  },
  symlink: {
    on: init,
    about: 'make a symbolic link; an existing entry is kept or (not a directory) replaced',
    fields: { path: 'str', target: 'str', replace: 'bool' },
  },
  'cwd-create': {
    on: init,
    about: 'mkdir -p of the working directory below the root, owned by uid and gid',
    fields: { path: 'str' },
  },
  mask: {
    on: init,
    about:
      'cover a file with the null device or a directory with an empty read-only tmpfs; a missing path is fine',
    fields: {
      path: 'str',
      /** SELinux context of the tmpfs; empty: none. */
      context: 'str',
    },
  },
  'readonly-path': {
    on: init,
    about: 'a read-only recursive clone of path over itself; a missing path is fine',
    fields: { path: 'str' },
  },
  console: {
    on: init,
    about:
      'a new terminal of the container (devpts), its master sent over the slot (the socket of connect), or to the host if slot is 0; it becomes stdio, controlling terminal and /dev/console',
    fields: { slot: 'u32', width: 'u32', height: 'u32', mount: 'bool', path: 'str' },
  },
  'root-readonly': { on: init, about: 'mount_setattr(MOUNT_ATTR_RDONLY) of the root descriptor', fields: {} },
  pivot: {
    on: init,
    about:
      'make the root descriptor the root: pivot_root and detach of the old root, or MS_MOVE and chroot, or chroot alone',
    fields: { how: { choice: { pivot: 0, move: 1, chroot: 2 } } },
  },
  'root-propagation': {
    on: init,
    about: 'propagation of the new root',
    fields: { propagation, recursive: 'bool' },
  },

  // ---- the process's own attributes
  sysctl: {
    on: init,
    about: 'one write below sys/ of the private procfs',
    fields: {
      /** Relative path such as net/ipv4/ip_forward. */
      key: 'str',
      value: 'str',
    },
  },
  umask: { on: init, about: 'umask(2)', fields: { mode: 'u32' } },
  personality: { on: init, about: 'personality(2)', fields: { domain: { choice: PERSONALITY } } },
  scheduler: {
    on: init,
    about: 'sched_setattr(2); runtime, deadline and period in nanoseconds',
    fields: {
      policy: { choice: SCHEDULER_POLICY },
      nice: 'i32',
      priority: 'i32',
      flags: { flags: SCHEDULER_FLAG },
      runtime: 'u64',
      deadline: 'u64',
      period: 'u64',
    },
  },
  'io-priority': {
    on: init,
    about: 'ioprio_set(2)',
    fields: { class: { choice: IO_PRIORITY_CLASS }, priority: 'u32' },
  },
  'cpu-affinity': {
    on: both,
    about: 'sched_setaffinity(2): host: of the thread that will clone, until the plan ends; init: of itself',
    fields: { cpus: 'u32s' },
  },
  'memory-policy': {
    on: init,
    about: 'set_mempolicy(2)',
    fields: { mode: { choice: MEMORY_POLICY }, flags: { flags: MEMORY_POLICY_FLAG }, nodes: 'u32s' },
  },
  apparmor: {
    on: init,
    about: 'write `exec PROFILE` to attr/apparmor/exec (or attr/exec) of the private procfs',
    fields: { profile: 'str' },
  },
  selinux: {
    on: init,
    about: 'write the label to attr/exec of the private procfs',
    fields: { label: 'str' },
  },
  'no-new-privileges': { on: init, about: 'prctl(PR_SET_NO_NEW_PRIVS)', fields: {} },
  cwd: { on: init, about: 'chdir, then getcwd must be absolute and reachable', fields: { path: 'str' } },
  user: {
    on: init,
    about:
      'keep capabilities, give stdio (terminals, pipes and sockets) to uid, setgroups, setresgid, setresuid',
    fields: { uid: 'u32', gid: 'u32', groups: 'u32s', setGroups: 'bool' },
  },
  capabilities: {
    on: init,
    about:
      'drop from the bounding set, capset, ambient; `retain` stays effective and permitted until capabilities-final',
    fields: {
      bounding: capabilities,
      effective: capabilities,
      permitted: capabilities,
      inheritable: capabilities,
      ambient: capabilities,
      retain: capabilities,
    },
  },
  'find-executable': {
    on: init,
    about: 'look args[0] up as execvp(3) does in the given PATH; keeps the result for execve',
    fields: { name: 'str', path: 'str' },
  },
  'await-start': {
    on: init,
    about:
      'accept one connection on the listening socket in the slot; it becomes the control channel, and brings slots',
    fields: { slot: 'u32' },
  },
  'close-fds': {
    on: init,
    about: 'close every descriptor from 3 + keep up, but the control channel, which is close-on-exec',
    fields: { keep: 'u32' },
  },
  seccomp: {
    on: init,
    about:
      'load the program in the slot; with a listener slot (the connection to a seccomp agent) send it the descriptor of the filter with the state, and close both',
    fields: {
      slot: 'u32',
      flags: { flags: SECCOMP_FLAG },
      listener: 'u32',
      /** The container process state in parts, between which the pid of the process goes as the host sees it. */
      state: 'strs',
    },
  },
  'capabilities-final': {
    on: init,
    about: 'the last capset, without what was retained',
    fields: { effective: capabilities, permitted: capabilities, inheritable: capabilities },
  },
  execve: {
    on: init,
    about:
      'restore signals and execute the program found before; addHome: HOME from /etc/passwd of the root for uid, looked up before a filter is loaded',
    fields: { args: 'strs', env: 'strs', addHome: 'bool', uid: 'u32' },
  },
} as const satisfies Record<string, StepDefinition>;

export type StepKind = keyof typeof STEPS;

type FieldsOf<K extends StepKind> = (typeof STEPS)[K]['fields'] extends infer F extends Fields
  ? RecordOf<F>
  : never;

/** One step of a kind: its fields, who runs it, and the JSON pointer of the property that asked for it. */
export type StepOf<K extends StepKind> = {
  readonly kind: K;
  readonly on: Side;
  /** JSON pointer into config.json; empty for what the command or the runtime itself asks for. */
  readonly because: string;
} & FieldsOf<K>;

export type Step = { [K in StepKind]: StepOf<K> }[StepKind];

/** The ordered list of everything that a command does to the machine, on both sides of the clone. */
export type Plan = readonly Step[];
