import {
  DEVICE_TYPE,
  DEVICE_ACCESS,
  DEVICE_CLASS,
  NAMESPACE,
  RLIMIT,
  SECCOMP_ACTION,
  SECCOMP_OPERATOR,
} from './numbers.ts';
import type { StepSide, StepDefinition } from './wire.ts';

const host: readonly StepSide[] = ['host'];
const both: readonly StepSide[] = ['host', 'init'];

const idMappings = { list: { inside: 'u32', outside: 'u32', size: 'u32' } } as const;
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
  /** Files that get what the hook writes, appended; empty: the standard output and error of the runtime. On the host only. */
  stdoutFile: 'str',
  stderrFile: 'str',
  /** Pid for the state; 0 means that of the process that the plan makes (init: its own, as it sees it). */
  pid: 'u32',
  /** On init's side, for env: HOME from /etc/passwd of the root for uid. */
  addHome: 'bool',
  uid: 'u32',
} as const;

/** What the runtime does on the host: the cgroup, descriptors for init, the process. */
export const HOST_STEPS = {
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
    about:
      'open an existing cgroup; one of another inode number (0: any) is another, and so ENOENT; where it is gone, the one that process orOfPid is in (0: fail)',
    fields: { root: 'str', path: 'str', inode: 'u64', orOfPid: 'u32' },
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

  'resctrl-make': {
    on: host,
    about:
      'mkdir of a group of resctrl (a class of service, or a group for monitoring in one); undo removes it',
    fields: { root: 'str', path: 'str' },
  },
  'resctrl-schemata': {
    on: host,
    about: 'one write(2) of all lines to schemata of a class of service',
    fields: { root: 'str', path: 'str', lines: 'strs' },
  },
  'resctrl-join': {
    on: host,
    about: 'write the process to tasks of a group',
    fields: { root: 'str', path: 'str' },
  },
  'resctrl-remove': {
    on: host,
    about: 'rmdir of a group; a missing one is fine',
    fields: { root: 'str', path: 'str' },
  },

  'cgroup-vacant': {
    on: host,
    about:
      'refuses a cgroup that is there and has processes, or is frozen, itself or above; one that is missing is fine',
    fields: { root: 'str', path: 'str' },
  },
  'cgroup-adopt': {
    on: host,
    about:
      'open the cgroup that systemd has made, enabling controllers on the way; ESRCH where the process of the plan, if there is one by then, is not in it',
    fields: { root: 'str', path: 'str', controllers: 'strs' },
  },
  'systemd-call': {
    on: host,
    about:
      "D-Bus method calls to systemd over its own socket, each answered before the next is sent; undo sends those of `undo`, if a job had begun, once the plan's process is dead",
    fields: {
      socket: 'str',
      calls: {
        list: {
          message: 'bytes',
          /** Offset in message of 4 bytes that get the pid of the plan's process; 0: it has no place for it. */
          pidAt: 'u32',
          /** True: the answer is a job, which must end well before the step does. */
          job: 'bool',
          /** Names of D-Bus errors that are as good as an answer. */
          tolerate: 'strs',
        },
      },
      undo: { list: { message: 'bytes', job: 'bool' } },
      /** A call that is made when a job fails; the text in its answer is told. Empty: none. */
      diagnose: 'bytes',
      /** For all calls together. */
      timeoutMs: 'u32',
    },
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
      /** Text of the section that says just this, by which the program is kept, too; empty: unknown. */
      section: 'str',
      defaultAction: action,
      /** Return data of ERRNO and TRACE. */
      defaultErrno: 'u32',
      /** libseccomp's names such as x86_64; empty: the native one. */
      architectures: 'strs',
      /** A name that libseccomp does not know is an error; otherwise it is left out. */
      failUnknown: 'bool',
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
  'seccomp-kept': {
    on: host,
    about:
      "hand on a descriptor of the runtime's, which the step takes over: the sealed program that is kept for the text of the section",
    fields: { slot: 'u32', descriptor: 'u32' },
  },
  listen: {
    on: host,
    about: 'make a listening unix socket `name` (mode 0600) in directory; undo removes it',
    fields: { directory: 'str', name: 'str', slot: 'u32' },
  },
  connect: { on: host, about: 'connect a unix stream socket', fields: { path: 'str', slot: 'u32' } },
  'device-node': {
    on: host,
    about:
      'make a device node on a file system of its own, never attached on the host: for a user namespace, where nobody may make nodes',
    fields: {
      type: { choice: DEVICE_TYPE },
      major: 'u32',
      minor: 'u32',
      mode: 'u32',
      /** As the host knows them. */
      uid: 'u32',
      gid: 'u32',
      slot: 'u32',
    },
  },
  'open-tree': {
    on: host,
    about:
      "open_tree(OPEN_TREE_CLONE) of a host path, idmapped if mappings or a user namespace path are given; for sources that init may not reach; with a root, of a path below that one as the container's mount namespace has it by now",
    fields: {
      source: 'str',
      root: 'str',
      recursive: 'bool',
      /** A symbolic link at the end of source is what is cloned. */
      noFollow: 'bool',
      slot: 'u32',
      uidMappings: idMappings,
      gidMappings: idMappings,
      userNamespace: 'str',
      idmapRecursive: 'bool',
    },
  },
  'attach-root': {
    on: host,
    about:
      "a recursive clone of path over itself in the runtime's mount namespace, which the container shares: what is mounted below goes with it; which mount it is stands in directory; undo detaches it",
    fields: { path: 'str', directory: 'str' },
  },
  'detach-root': {
    on: host,
    about: 'detach the mount at path if it is the one that stands in directory',
    fields: { path: 'str', directory: 'str' },
  },
  'file-system': {
    on: host,
    about:
      'a new file system instance, detached and idmapped: for what is mounted with id mappings of its own; never attached on the host',
    fields: {
      type: 'str',
      source: 'str',
      /** `key=value` or `key`. */
      options: 'strs',
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
    about: "open a namespace file and check its type; refuseOwn: the runtime's own is an error",
    fields: { type: { choice: NAMESPACE }, path: 'str', slot: 'u32', refuseOwn: 'bool' },
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
    about:
      'write setgroups (if deny), uid_map and gid_map of the process; a map that has a tool (newuidmap, newgidmap by absolute path) is written by that, which is given the directory of the process in /proc as a descriptor, or its pid if it is too old for that',
    fields: {
      uidMappings: idMappings,
      gidMappings: idMappings,
      denySetgroups: 'bool',
      /** Empty: the runtime writes the map itself. */
      uidTool: 'str',
      gidTool: 'str',
    },
  },
  'oom-score': {
    on: both,
    about: 'write oom_score_adj of the process (host) or of itself (init)',
    fields: { value: 'i32' },
  },
  'net-device': {
    on: host,
    about:
      "move a network device into the process's network namespace under another name (a %d in it is numbered there), with its permanent global addresses, and set it up; undo moves it back",
    fields: { device: 'str', name: 'str' },
  },
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
  'dismiss-visitor': {
    on: host,
    about: 'end a process that has entered a container for what came before, and runs no program',
    fields: {},
  },
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
} as const satisfies Record<string, StepDefinition>;
