import { propertyName } from '../cgroup/settings.ts';
import type { ExecuteFailure } from '../host/host.ts';
import type { Step, StepKind, StepOf } from './steps.ts';

/** A cause that is known well enough to say what to do about it. */
type Cause<K extends StepKind> = (step: StepOf<K>, failure: ExecuteFailure) => string | undefined;

/** What the user can do about a failed step; undefined where that is not known. */
export function hintFor(step: Step, failure: ExecuteFailure): string | undefined {
  if (failure.detail.includes('out of memory')) return 'raise linux.resources.memory.limit';
  const cause = CAUSES[step.kind] as Cause<StepKind> | undefined;
  return cause?.(step, failure) ?? generalHint(failure);
}

function generalHint({ errno }: ExecuteFailure): string | undefined {
  if (errno === 'ENOSYS') return 'the kernel lacks this call: Linux 5.14 or newer is needed';
  if (errno === 'EMFILE' || errno === 'ENFILE')
    return 'raise the limit of open files of the runtime (ulimit -n)';
  return undefined;
}

const TAKEN = 'another container uses this cgroup: choose another linux.cgroupsPath';

const CAUSES: { readonly [K in StepKind]?: Cause<K> } = {
  mount: mountHint,
  bind: bindHint,
  'open-tree': ({ source, because }, { errno }) =>
    errno === 'EPERM'
      ? 'the runtime has no rights over the mounts that it sees: start it in a mount namespace of its user namespace (unshare --mount)'
      : sourceHint(source, because, errno),
  'mount-attributes': (_, { errno }) => (errno === 'EPERM' ? LOCKED : undefined),
  'file-system': ({ type }, { errno, call }) => {
    if (errno === 'EINVAL' && call.startsWith('mount_setattr'))
      return `${type} takes no id mappings on this kernel`;
    return errno === 'ENODEV' ? `the kernel has no file system ${type}: see /proc/filesystems` : undefined;
  },
  reconfigure: ({ options }, { errno }) =>
    errno === 'EINVAL'
      ? `the file system cannot change one of these while it is mounted: ${options.join(', ')}`
      : undefined,
  root: rootHint,
  'root-directory': rootHint,
  'attach-root': rootHint,
  overlay: (step, { errno }) => {
    if (errno === 'ENOENT')
      return `all of these must exist: ${[...step.lower, step.upper, step.work].filter(Boolean).join(' ')}`;
    if (errno === 'E2BIG')
      return 'before Linux 6.7 there can be about 60 read-only layers: put some of them together in one';
    if (errno === 'EBUSY') return 'another container has the same upper or work directory: give each its own';
    return errno === 'EINVAL'
      ? 'upper and work must be on one file system, which may not be an overlay itself'
      : undefined;
  },
  device: ({ path }, { errno }) => {
    if (errno === 'EEXIST')
      return `the image has another file at ${path}: remove it, or mount a tmpfs on /dev`;
    return errno === 'EPERM'
      ? 'the runtime has no right to make devices here: give the container a user namespace'
      : undefined;
  },
  'cgroup-vacant': (_, { errno }) => (errno === 'EBUSY' ? TAKEN : undefined),
  'cgroup-create': (_, { errno }) => {
    if (errno === 'EBUSY' || errno === 'ENOTEMPTY') return TAKEN;
    if (errno === 'EACCES' || errno === 'EPERM') return 'run as root, or have this cgroup delegated to you';
    return errno === 'EROFS'
      ? 'the cgroup file system is read-only here (a container without its own cgroups?)'
      : undefined;
  },
  'systemd-call': systemdHint,
  'cgroup-write': cgroupWriteHint,
  'cgroup-devices': (_, { errno }) =>
    errno === 'EPERM' ? 'loading a device program takes CAP_BPF or CAP_SYS_ADMIN on the host' : undefined,
  'seccomp-compile': (_, { errno }) =>
    errno === 'EDOM'
      ? 'one filter cannot be for architectures of both byte orders: leave the others out'
      : undefined,
  'resctrl-make': (_, { errno }) =>
    errno === 'ENOSPC' ? 'the processor has no more of them: share one by linux.intelRdt.closID' : undefined,
  'resctrl-join': ({ path }, { errno }) =>
    errno === 'ENOENT' ? `make the class of service ${path} beforehand, or give its schemata` : undefined,
  clone: (_, { errno }) => {
    if (errno === 'EBUSY')
      return 'the cgroup has children with controllers, and takes no process itself: choose another linux.cgroupsPath';
    if (errno === 'ENOSPC' || errno === 'EUSERS')
      return 'too many namespaces: raise user.max_*_namespaces on the host';
    return errno === 'EAGAIN'
      ? 'too many processes: raise linux.resources.pids.limit or the limits of the runtime'
      : undefined;
  },
  'id-map': idMapHint,
  unshare: unshareHint,
  fork: (_, { errno }) => (errno === 'EPERM' || errno === 'EACCES' ? USERS_RESTRICTED : undefined),
  join: (_, { errno }) =>
    errno === 'EPERM'
      ? 'a namespace can only be joined by who has rights over the user namespace that it belongs to'
      : undefined,
  'session-keyring': (_, { errno }) =>
    errno === 'EDQUOT'
      ? 'this user has too many keys: raise kernel.keys.maxkeys, or use --no-new-keyring'
      : undefined,
  'open-namespace': ({ type, path }, { errno, detail }) => {
    if (detail.includes("runtime's own"))
      return 'give the container one of its own, or leave out linux.sysctl, linux.netDevices, hostname and domainname';
    if (errno === 'ENOENT') return `the process or the bind mount behind ${path} is gone`;
    return errno === 'EINVAL' ? `${path} is no ${type} namespace` : undefined;
  },
  connect: ({ because }, { errno }) => {
    if (errno !== 'ECONNREFUSED' && errno !== 'ENOENT') return undefined;
    return because === '/process/terminal'
      ? 'somebody must listen on the console socket before create'
      : 'the seccomp agent must listen there before the program is executed';
  },
  pivot: (_, { errno }) =>
    errno === 'EINVAL' ? 'pivot_root does not work from an initial ramdisk: use --no-pivot there' : undefined,
  'find-executable': findHint,
  execve: ({ args }, { errno }) => {
    if (errno === 'ENOEXEC') return `${args[0]} is for another machine, or a script without #!`;
    return errno === 'ENOENT'
      ? `the interpreter or loader that ${args[0]} names is missing in the root file system`
      : undefined;
  },
  cwd: ({ path }, { errno }) => {
    if (errno === 'EACCES') return `the user of process.user may not enter ${path}`;
    return errno === 'ENOTDIR' ? `${path} is no directory in the root file system` : undefined;
  },
  user: (_, { errno }) =>
    errno === 'EINVAL'
      ? 'every id of process.user must be in linux.uidMappings and linux.gidMappings'
      : undefined,
  rlimit: (_, { errno }) =>
    errno === 'EPERM' ? 'the hard limit is above that of the runtime, which may not raise it' : undefined,
  'net-device': ({ device, name }, { errno }) => {
    if (errno === 'ENODEV') return `the runtime's network namespace has no ${device}: see ip link`;
    if (errno === 'EEXIST') return `give it another name than ${name}, or one that ends in %d`;
    return errno === 'EINVAL'
      ? 'some devices (lo, tunnels of the kernel) cannot leave their namespace'
      : undefined;
  },
  'oom-score': (_, { errno }) =>
    errno === 'EACCES' || errno === 'EPERM' ? 'only a privileged runtime may lower the score' : undefined,
  sysctl: ({ key }, { errno }) =>
    errno === 'ENOENT' ? `this kernel has no ${key.replaceAll('/', '.')}` : undefined,
  apparmor: (step, { errno }) =>
    errno === 'ENOENT'
      ? `load the profile ${step.profile} first (apparmor_parser), or leave it out`
      : 'is AppArmor on?',
  selinux: () => 'is SELinux on, and does the policy know this label?',
  scheduler: (_, { errno }) =>
    errno === 'EPERM' || errno === 'EBUSY'
      ? 'real-time policies need CAP_SYS_NICE, and deadlines all CPUs'
      : undefined,
  seccomp: (_, { errno }) =>
    errno === 'EACCES' ? 'set process.noNewPrivileges, or give the runtime CAP_SYS_ADMIN' : undefined,
  hook: ({ timeout }, { errno }) =>
    errno === 'ETIMEDOUT' ? `it had ${timeout} s: see its timeout` : undefined,
};

/** By the call: a tool that failed has told why, and has its rights from its file. */
function idMapHint(
  { uidTool, gidTool }: StepOf<'id-map'>,
  { errno, call }: ExecuteFailure,
): string | undefined {
  if (uidTool !== '' && call.startsWith(uidTool)) return toolHint('/etc/subuid');
  if (gidTool !== '' && call.startsWith(gidTool)) return toolHint('/etc/subgid');
  if (errno === 'EACCES') return USERS_RESTRICTED;
  return errno === 'EPERM' || errno === 'EINVAL'
    ? 'the host ids must not overlap, and must be ids that the runtime may give away'
    : undefined;
}

function unshareHint({ namespaces }: StepOf<'unshare'>, { errno }: ExecuteFailure): string | undefined {
  if (errno === 'ENOSPC' || errno === 'EUSERS')
    return 'too many namespaces, or too deep: raise user.max_*_namespaces on the host';
  return namespaces.includes('user') && (errno === 'EPERM' || errno === 'EACCES')
    ? USERS_RESTRICTED
    : undefined;
}

function toolHint(file: string): string {
  return `${file} must give the user these ids, and the program must be setuid root (or have the capability) on a file system without nosuid, called without no_new_privs`;
}

const USERS_RESTRICTED =
  'are user namespaces for ordinary users allowed here? see kernel.apparmor_restrict_unprivileged_userns, kernel.unprivileged_userns_clone and user.max_user_namespaces';

const LOCKED =
  'the source has flags that are locked by the user namespace above (ro, nosuid, nodev, noexec): ask for the same';

function rootHint({ path }: { readonly path: string }, { errno }: ExecuteFailure): string | undefined {
  if (errno === 'ENOENT') return `make ${path}, or correct root.path (it counts from the bundle)`;
  return errno === 'ENOTDIR' ? `root.path must be a directory, and ${path} is none` : undefined;
}

function mountHint(
  { type, target, options, because }: StepOf<'mount'>,
  { errno }: ExecuteFailure,
): string | undefined {
  const group = options.find((option) => /^(gid|uid)=/.test(option));
  const entry = propertyName(because);
  if (errno === 'EINVAL' && group !== undefined)
    return `is ${group} mapped in the user namespace? map it, or leave it out of ${entry}.options`;
  if (errno === 'EINVAL' && options.length > 0)
    return `one of the options is none of ${type}: ${options.join(', ')}`;
  if (errno === 'ENODEV' && (type === 'bind' || type === 'none'))
    return `for a bind mount add "bind" or "rbind" to ${entry}.options`;
  if (errno === 'ENODEV') return `the kernel has no file system ${type}: see /proc/filesystems`;
  if (errno === 'EPERM' && ['proc', 'sysfs', 'mqueue', 'cgroup2'].includes(type)) {
    return `in a user namespace ${type} needs its own namespace (pid, network, ipc or cgroup), and nothing may be mounted over parts of it outside, as an outer container's masked paths are`;
  }
  if (errno === 'EBUSY') return `the device is mounted elsewhere with other options`;
  return targetHint(target, errno);
}

function bindHint(
  { source, target, because, requireType }: StepOf<'bind'>,
  failure: ExecuteFailure,
): string | undefined {
  const { errno, call } = failure;
  if (call.startsWith('open_tree(')) return sourceHint(source, because, errno);
  if (errno === 'EPERM') return LOCKED;
  if (errno === 'ENOTDIR' || errno === 'EISDIR')
    return `${source} and ${target} must both be directories, or both be files`;
  if (errno === 'EINVAL' && requireType !== '') return `only ${requireType} can be bound there`;
  return targetHint(target, errno);
}

function sourceHint(source: string, because: string, errno: string): string | undefined {
  if (errno === 'ENOENT') {
    return `the source of a bind mount must exist on the host: create ${source} or correct ${propertyName(because)}.source`;
  }
  if (errno === 'EINVAL')
    return `${source} can not be cloned: is its mount unbindable, or without support for id mappings?`;
  return errno === 'EACCES'
    ? `may the runtime reach ${source}? see the modes of the directories above it`
    : undefined;
}

function targetHint(target: string, errno: string): string | undefined {
  if (errno === 'EROFS')
    return `${target} is missing and the file system above it is read-only: make it beforehand`;
  if (errno === 'ELOOP')
    return `${target} or a directory above it is a symbolic link that may not be followed`;
  return errno === 'ENOTDIR'
    ? `something above ${target} in the root file system is no directory`
    : undefined;
}

function cgroupWriteHint(
  { file, value }: StepOf<'cgroup-write'>,
  { errno }: ExecuteFailure,
): string | undefined {
  const controller = file.split('.', 1)[0] ?? '';
  if (errno === 'ENOENT')
    return `this kernel has no ${file}, or the controller ${controller} is not enabled for the container's cgroup`;
  if (errno === 'EBUSY' && file === 'memory.max') return 'the container uses more memory than that already';
  if (errno === 'EINVAL' || errno === 'ERANGE') return `the kernel does not take "${value}" for ${file}`;
  return errno === 'ENODEV' || errno === 'ENXIO' ? 'no such device on this host' : undefined;
}

function systemdHint(
  { socket }: StepOf<'systemd-call'>,
  { errno, detail }: ExecuteFailure,
): string | undefined {
  if (detail.includes('UnitExists'))
    return 'another container is in this unit: choose another linux.cgroupsPath';
  if (detail.includes("'resources'"))
    return 'could it move the process into the cgroup? the manager of a user does so over the system bus (is dbus running?)';
  if (/another pid namespace/.test(detail))
    return 'call runts outside of that pid namespace, or leave out --systemd-cgroup';
  if (detail.includes('PropertyReadOnly'))
    return 'this systemd has no such property, or does not let it be set: see systemd.resource-control(5)';
  if (errno === 'ENOENT' || errno === 'ECONNREFUSED')
    return `systemd does not listen at ${socket}: leave out --systemd-cgroup where it does not run`;
  return undefined;
}

function findHint({ name, path }: StepOf<'find-executable'>, { errno }: ExecuteFailure): string | undefined {
  if (errno === 'EACCES' || errno === 'EISDIR')
    return `${name} must be a file that the user of process.user may execute`;
  if (errno !== 'ENOENT') return undefined;
  return name.includes('/')
    ? `the root file system has no ${name}`
    : `looked in ${path} of the root file system`;
}
