import { DEFAULT_RULES } from '../cgroup/devices.ts';
import { describeCall } from '../cgroup/systemd/describe.ts';
import type { Step, StepKind, StepOf } from './steps.ts';

/** A step in a few words for people: its kind, and what it is done to. */
export interface StepText {
  readonly name: string;
  readonly detail: string;
}

export function stepText(step: Step): StepText {
  const detail = (DETAILS[step.kind] as (step: Step) => string)(step);
  return { name: step.kind.replaceAll('-', ' '), detail };
}

/** One sentence: `cgroup write memory.max = 67108864`. */
export function describeStep(step: Step): string {
  const { name, detail } = stepText(step);
  return words(name, detail);
}

/** `#2` is the second descriptor that the host hands to init, or that init keeps. */
const DETAILS: { readonly [K in StepKind]: (step: StepOf<K>) => string } = {
  'cgroup-create': ({ path, controllers, wanted, fresh }) => {
    return words(
      path,
      fresh && 'anew',
      controllers.length > 0 && `with ${controllers.join(' ')}`,
      wanted.length > 0 && `(${wanted.join(' ')})`,
    );
  },
  'cgroup-open': ({ path }) => path,
  'cgroup-write': ({ file, value, otherwiseFile, otherwiseValue, ifMissing }) => {
    const otherwise = otherwiseFile === '' ? '' : `or ${otherwiseFile} = ${otherwiseValue}`;
    return words(`${file} = ${value}`, otherwise, ifMissing === 'skip' && 'if there');
  },
  'cgroup-devices': ({ rules }) => deviceRules(rules),
  'cgroup-chown': ({ uid, gid }) => `to ${uid}${gid === 0xffffffff ? '' : `:${gid}`}`,
  'cgroup-freeze': ({ frozen }) => (frozen ? 'frozen' : 'thawed'),
  'cgroup-vacant': ({ path }) => path,
  'cgroup-adopt': ({ path, controllers }) =>
    words(path, controllers.length > 0 && `with ${controllers.join(' ')}`),
  'systemd-call': ({ calls }) => calls.map(({ message }) => describeCall(message)).join(', then '),
  'cgroup-kill': () => 'every process in it',
  'cgroup-remove': ({ path }) => path,
  'resctrl-make': ({ path }) => path,
  'resctrl-schemata': ({ path, lines }) => `${path || '/'} = ${lines.join(' ')}`,
  'resctrl-join': ({ path }) => path || '/',
  'resctrl-remove': ({ path }) => path,
  'seccomp-compile': ({ slot, defaultAction, rules, architectures }) => {
    const names = rules.reduce((sum, rule) => sum + rule.names.length, 0);
    const rest = `${count(rules.length, 'rule')} for ${count(names, 'system call')}`;
    return words(
      `${defaultAction}, ${rest}`,
      architectures.length > 0 && `on ${architectures.join(' ')}`,
      as(slot),
    );
  },
  'seccomp-kept': ({ slot }) => as(slot),
  listen: ({ directory, name, slot }) => words(`${directory}/${name}`, as(slot)),
  connect: ({ path, slot }) => words(path, as(slot)),
  'device-node': ({ type, major, minor, mode, uid, gid, slot }) =>
    words(`${type} ${major}:${minor}`, octal(mode), `${uid}:${gid}`, as(slot)),
  'open-tree': (step) =>
    words(
      step.source,
      step.noFollow && 'link itself',
      step.recursive && 'recursive',
      idmap(step, step.idmapRecursive),
      as(step.slot),
    ),
  'dismiss-visitor': () => '',
  'attach-root': ({ path }) => path,
  'detach-root': ({ path }) => path,
  'file-system': (step) =>
    words(
      step.type,
      step.source !== step.type && `of ${step.source}`,
      step.options.length > 0 && `(${step.options.join(',')})`,
      idmap(step, step.idmapRecursive),
      as(step.slot),
    ),
  overlay: (step) => {
    const upper = step.upper === '' ? 'read-only' : `upper ${step.upper} work ${step.work}`;
    return words(`lower ${step.lower.join(':')}`, upper, ...step.options, idmap(step, false), as(step.slot));
  },
  'open-namespace': ({ type, path, slot }) => words(type, path, as(slot)),
  'open-process': ({ pid, slot }) => words(String(pid), as(slot)),
  clone: ({ namespaces, intoCgroup }) => words(...namespaces, intoCgroup && 'into the cgroup'),
  'id-map': (step) => words(mappings(step), step.denySetgroups && 'without setgroups'),
  'net-device': ({ device, name }) => words(device, name !== device && `as ${name}`),
  'oom-score': ({ value }) => String(value),
  rlimit: ({ type, soft, hard }) => `${type} = ${limit(soft)}${soft === hard ? '' : ` of ${limit(hard)}`}`,
  hook: ({ phase, path, args, timeout }) => {
    return words(phase, [path, ...args.slice(1)].map(quoted).join(' '), timeout > 0 && `within ${timeout} s`);
  },
  created: () => 'the end of create',
  dismiss: ({ directory, name }) => `${directory}/${name}`,
  start: ({ directory, name }) => `${directory}/${name}`,
  signal: ({ pid, signal }) => `${signal} to ${pid}`,
  join: ({ namespaces, slot }) => words(...namespaces, `#${slot}`),
  unshare: ({ namespaces }) => words(...namespaces),
  'become-root': () => 'of the user namespace',
  'root-directory': ({ path }) => path,
  'time-offsets': (step) => {
    const monotonic = `monotonic ${seconds(step.monotonicSeconds, step.monotonicNanoseconds)}`;
    return `${monotonic} boottime ${seconds(step.boottimeSeconds, step.boottimeNanoseconds)}`;
  },
  fork: ({ namespaces }) => words(...namespaces),
  'session-keyring': ({ name }) => name,
  loopback: () => 'up',
  hostname: ({ name }) => name,
  domainname: ({ name }) => name,
  procfs: () => 'for the runtime alone',
  'mount-propagation': ({ propagation, recursive }) => spread(propagation, recursive),
  root: ({ path, slot, inPlace, reached, parent }) => {
    const below = parent === 'unchanged' ? '' : `on a ${parent} mount`;
    return words(
      path,
      slot > 0 && `from #${slot}`,
      inPlace && 'as it is',
      reached && 'from the working directory',
      below,
    );
  },
  mount: (step) => {
    const { type, source, target, attributes, options, copyUp, inheritMode, keep } = step;
    const from = source === type ? '' : `of ${source}`;
    const own = options.length > 0 && `(${options.join(',')})`;
    const spreading = spread(step.propagation, step.propagationRecursive);
    return words(
      type,
      from,
      `at ${target}`,
      ...attributes,
      own,
      copyUp && 'copy up',
      inheritMode && 'mode kept',
      spreading,
      keep > 0 && as(keep),
    );
  },
  bind: (step) => {
    const from = step.slot === 0 ? step.source : `${step.source} #${step.slot}`;
    const below = [...step.recursiveSet.map((flag) => `r${flag}`), ...cleared(step.recursiveClear, 'r')];
    const own = [...step.set, ...cleared(step.clear, '')];
    const spreading = spread(step.propagation, step.propagationRecursive);
    const checked = step.requireType === '' ? '' : `if ${step.requireType}`;
    return words(
      from,
      `at ${step.target}`,
      step.recursive && 'recursive',
      step.sourceLink === 'copy' && 'link copied',
      step.sourceLink === 'mount' && 'link itself',
      step.coverLink && 'over a link',
      ...own,
      ...below,
      spreading,
      checked,
    );
  },
  'mount-attributes': ({ target, slot, recursive, set, clear }) =>
    words(target, slot > 0 && `#${slot}`, recursive && 'recursive', ...set, ...cleared(clear, '')),
  reconfigure: ({ target, options }) => `${target} (${options.join(',')})`,
  unmount: ({ path }) => path,
  'file-label': ({ target, label }) => `${target} ${label}`,
  device: ({ path, type, major, minor, mode, uid, gid, bind }) => {
    if (bind) return words(path, 'bound');
    const owner = uid === 0 && gid === 0 ? '' : `of ${uid}:${gid}`;
    return words(path, type === 'p' ? 'p' : `${type} ${major}:${minor}`, octal(mode), owner);
  },
  symlink: ({ path, target }) => `${path} to ${target}`,
  'cwd-create': ({ path }) => path,
  mask: ({ path }) => path,
  'readonly-path': ({ path }) => path,
  console: ({ slot, width, height, mount, path }) => {
    return words(
      mount && `at ${path}`,
      width > 0 && `${width}x${height}`,
      slot === 0 ? 'to the host' : `to #${slot}`,
    );
  },
  'root-readonly': () => '',
  pivot: ({ how }) => (how === 'pivot' ? '' : how),
  'root-propagation': ({ propagation, recursive }) => spread(propagation, recursive),
  sysctl: ({ key, value }) => `${key} = ${value}`,
  umask: ({ mode }) => octal(mode),
  personality: ({ domain }) => domain,
  scheduler: ({ policy, nice, priority, flags, runtime, deadline, period }) => {
    const times =
      policy === 'SCHED_DEADLINE' && `runtime ${runtime} deadline ${deadline} period ${period} ns`;
    return words(
      policy,
      nice !== 0 && `nice ${nice}`,
      priority !== 0 && `priority ${priority}`,
      times,
      ...flags,
    );
  },
  'io-priority': (step) => `${step.class} ${step.priority}`,
  'cpu-affinity': ({ cpus }) => ranges(cpus),
  'memory-policy': ({ mode, flags, nodes }) => words(mode, ranges(nodes), ...flags),
  apparmor: ({ profile }) => profile,
  selinux: ({ label }) => label,
  'no-new-privileges': () => '',
  cwd: ({ path }) => path,
  user: ({ uid, gid, groups }) => words(`${uid}:${gid}`, groups.length > 0 && `groups ${groups.join(' ')}`),
  capabilities: (step) => {
    const sets = capabilitySets(step, ['bounding', 'effective', 'permitted', 'inheritable', 'ambient']);
    return step.retain.length === 0 ? sets : `${sets}; until seccomp also ${capabilities(step.retain)}`;
  },
  'find-executable': ({ name, path }) => (name.includes('/') ? name : `${name} in ${path}`),
  'await-start': ({ slot }) => `on #${slot}`,
  'close-fds': ({ keep }) => (keep === 0 ? 'from 3' : `from ${3 + keep}`),
  seccomp: ({ slot, flags, listener }) => {
    const names = flags.map((flag) => flag.replace('SECCOMP_FILTER_FLAG_', ''));
    return words(`#${slot}`, ...names, listener > 0 && `with the agent at #${listener}`);
  },
  'capabilities-final': (step) => capabilitySets(step, ['effective', 'permitted', 'inheritable']),
  // values may be secrets
  execve: ({ args, env, addHome }) => {
    const names = env.map((variable) => variable.split('=', 1)[0] ?? '');
    return words(args.map(quoted).join(' '), `(env ${[...names, ...(addHome ? ['HOME'] : [])].join(' ')})`);
  },
};

function words(...parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false && part !== '').join(' ');
}

function as(slot: number): string {
  return `as #${slot}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function spread(propagation: string, recursive: boolean): string {
  return propagation === 'unchanged' ? '' : `${recursive ? 'r' : ''}${propagation}`;
}

function cleared(flags: readonly string[], prefix: string): string[] {
  return flags.map((flag) => `-${prefix}${flag}`);
}

type DeviceRule = StepOf<'cgroup-devices'>['rules'][number];

/** The defaults, which every container has, in three words. */
function deviceRules(rules: readonly DeviceRule[]): string {
  const texts = rules.map(deviceRule);
  const defaults = DEFAULT_RULES.map(deviceRule);
  const own = texts.slice(0, -defaults.length);
  const hasDefaults = texts.slice(own.length).join() === defaults.join();
  return hasDefaults ? [...own, 'the default devices'].join(', ') : texts.join(', ');
}

function deviceRule({
  allow,
  type,
  major,
  minor,
  access,
}: StepOf<'cgroup-devices'>['rules'][number]): string {
  return `${allow ? '+' : '-'}${type} ${orAny(major)}:${orAny(minor)} ${access.join('')}`;
}

function orAny(number: number | bigint): string {
  return number < 0 ? '*' : String(number);
}

function mappings({
  uidMappings,
  gidMappings,
}: Pick<StepOf<'id-map'>, 'uidMappings' | 'gidMappings'>): string {
  const uid = mappingText(uidMappings);
  const gid = mappingText(gidMappings);
  return uid === gid ? `ids ${uid}` : `uids ${uid}; gids ${gid}`;
}

function mappingText(list: StepOf<'id-map'>['uidMappings']): string {
  return list.map(({ inside, outside, size }) => `${inside} is ${outside} +${size}`).join(', ');
}

function idmap(
  step: Pick<StepOf<'overlay'>, 'uidMappings' | 'gidMappings' | 'userNamespace'>,
  recursive: boolean,
): string {
  const word = recursive ? 'ridmap' : 'idmap';
  if (step.userNamespace !== '') return `${word} of ${step.userNamespace}`;
  return step.uidMappings.length === 0 ? '' : `${word} ${mappings(step)}`;
}

function limit(value: number | bigint): string {
  return BigInt(value) === 2n ** 64n - 1n ? 'unlimited' : String(value);
}

function seconds(whole: number | bigint, nanoseconds: number): string {
  const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0')}`;
  return `${whole}${fraction} s`;
}

type Sets<N extends string> = Readonly<Record<N, readonly string[]>>;

/** Sets that hold the same are named together. */
function capabilitySets<N extends string>(sets: Sets<N>, names: readonly N[]): string {
  const texts = names.map((name) => capabilities(sets[name]));
  const groups = [...new Set(texts)].map(
    (text) => `${names.filter((_, at) => texts[at] === text).join(' ')}: ${text}`,
  );
  return groups.join('; ');
}

function capabilities(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => name.replace('CAP_', '').toLowerCase()).join('+');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word);
}

/** Back to the list format: `0-3,7`. */
function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] + 1 === number) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(',');
}
