import { nameOfCall } from '../cgroup/systemd/describe.ts';
import type { Step, StepKind, StepOf } from './steps.ts';

/** What a step was to do, after "cannot". */
export function actionOf(step: Step): string {
  return (ACTIONS[step.kind] as (step: Step) => string)(step);
}

const ACTIONS: { readonly [K in StepKind]: (step: StepOf<K>) => string } = {
  'cgroup-create': ({ path }) => `make the cgroup ${path}`,
  'cgroup-open': ({ path }) => `open the cgroup ${path}`,
  'cgroup-write': ({ file, value }) => `set ${file} to ${value}`,
  'cgroup-devices': () => "attach the device rules to the container's cgroup",
  'cgroup-chown': ({ uid }) => `give the container's cgroup to uid ${uid}`,
  'cgroup-freeze': ({ frozen }) => `${frozen ? 'freeze' : 'thaw'} the container's cgroup`,
  'cgroup-vacant': ({ path }) => `use the cgroup ${path}`,
  'cgroup-adopt': ({ path }) => `open the cgroup ${path} of the unit`,
  'systemd-call': systemdAction,
  'cgroup-kill': () => "kill what is in the container's cgroup",
  'cgroup-remove': ({ path }) => `remove the cgroup ${path}`,
  'resctrl-make': ({ path }) => `make the resctrl group ${path}`,
  'resctrl-schemata': ({ lines }) => `set the schemata ${lines.join(' ')}`,
  'resctrl-join': ({ path }) => `join the resctrl group ${path || '/'}`,
  'resctrl-remove': ({ path }) => `remove the resctrl group ${path}`,
  'seccomp-compile': () => 'compile the seccomp profile',
  'seccomp-kept': () => 'use the seccomp program that was kept',
  listen: ({ directory, name }) => `listen at ${directory}/${name}`,
  connect: ({ path }) => `connect to ${path}`,
  'device-node': ({ type, major, minor }) => `make the device ${type} ${major}:${minor}`,
  unmount: ({ path }) => `unmount ${path}`,
  'dismiss-visitor': () => 'end the process that entered the container',
  'open-tree': ({ source }) => `open ${source}`,
  'attach-root': ({ path }) => `use ${path} as the root`,
  'detach-root': ({ path }) => `detach ${path}`,
  'file-system': ({ type }) => `make a file system of type ${type}`,
  overlay: () => 'put the layers together',
  'open-namespace': ({ type, path }) => `open the ${type} namespace ${path}`,
  'open-process': ({ pid }) => `reach the container's process ${pid}`,
  clone: () => 'make the process of the container',
  'id-map': () => 'map the ids of the user namespace',
  'net-device': ({ device }) => `move the network device ${device} into the container`,
  'oom-score': ({ value }) => `set oom_score_adj to ${value}`,
  rlimit: ({ type }) => `set ${type}`,
  hook: ({ path }) => `run ${path}`,
  created: () => 'leave init waiting for start',
  dismiss: () => "end the container's init",
  start: () => "reach the container's init",
  signal: ({ signal, pid }) => `send signal ${signal} to process ${pid}`,
  join: ({ namespaces }) => `join the ${plural(namespaces)}`,
  unshare: ({ namespaces }) => `make the ${plural(namespaces)}`,
  'become-root': () => 'become root of the user namespace',
  'root-directory': ({ path }) => `use ${path} as the root`,
  'time-offsets': () => 'set the offsets of the time namespace',
  fork: () => 'make the process of the container',
  'session-keyring': ({ name }) => `join the session keyring ${name}`,
  loopback: () => 'set the loopback interface up',
  hostname: ({ name }) => `set the host name to ${name}`,
  domainname: ({ name }) => `set the domain name to ${name}`,
  procfs: () => 'make a private procfs',
  'mount-propagation': () => 'cut the mounts off from those of the host',
  root: ({ path }) => `use ${path} as the root`,
  mount: ({ type, target }) => `mount ${type} at ${target}`,
  bind: ({ source, target }) => `attach ${source} at ${target}`,
  'mount-attributes': ({ target }) => `change the mount at ${target}`,
  reconfigure: ({ target }) => `change the options of the file system at ${target}`,
  'file-label': ({ target, label }) => `label ${target} as ${label}`,
  device: ({ path }) => `make the device ${path}`,
  symlink: ({ path, target }) => `link ${path} to ${target}`,
  'cwd-create': ({ path }) => `make the working directory ${path}`,
  mask: ({ path }) => `cover ${path}`,
  'readonly-path': ({ path }) => `make ${path} read-only`,
  console: () => 'make a terminal',
  'root-readonly': () => 'make the root file system read-only',
  pivot: () => 'enter the root file system',
  'root-propagation': () => 'set the propagation of the root file system',
  sysctl: ({ key, value }) => `set ${key} to ${value}`,
  umask: () => 'set the umask',
  personality: ({ domain }) => `set the personality ${domain}`,
  scheduler: ({ policy }) => `set the scheduler ${policy}`,
  'io-priority': (step) => `set the I/O priority ${step.class} ${step.priority}`,
  'cpu-affinity': () => 'set the CPU affinity',
  'memory-policy': ({ mode }) => `set the memory policy ${mode}`,
  apparmor: ({ profile }) => `set the AppArmor profile ${profile}`,
  selinux: ({ label }) => `set the SELinux label ${label}`,
  'no-new-privileges': () => 'give up new privileges',
  cwd: ({ path }) => `enter the working directory ${path}`,
  user: ({ uid, gid }) => `become user ${uid}, group ${gid}`,
  capabilities: () => 'set the capabilities',
  'find-executable': ({ name }) => `find ${name}`,
  'await-start': () => 'wait for start',
  'close-fds': () => 'close descriptors',
  seccomp: () => 'load the seccomp filter',
  'capabilities-final': () => 'set the capabilities',
  execve: ({ args }) => `execute ${args[0] ?? ''}`,
};

function plural(namespaces: readonly string[]): string {
  return `${namespaces.join(', ')} namespace${namespaces.length > 1 ? 's' : ''}`;
}

const UNIT_ACTIONS: Readonly<Record<string, string>> = {
  StartTransientUnit: 'start',
  StopUnit: 'stop',
  SetUnitProperties: 'change',
};

/** The call that the step is about, which others may come before. */
function systemdAction({ calls }: StepOf<'systemd-call'>): string {
  for (const { message } of calls) {
    const { member, unit } = nameOfCall(message);
    const verb = UNIT_ACTIONS[member];
    if (verb !== undefined) return `${verb} the unit ${unit}`;
  }
  return 'move the process into the unit';
}
