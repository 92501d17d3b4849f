import type { Mount } from '../spec/types.ts';
import { onHost, onInit } from './context.ts';
import type { Context, Prepared } from './context.ts';
import { getsCgroup } from './facts.ts';
import { idmapOf, isIdmapped, NO_IDMAP } from './idmap.ts';
import type { Idmap } from './idmap.ts';
import { hostId, userMappings } from './ids.ts';
import { labelSteps } from './labels.ts';
import { attributesOf, fileSystemOptions, isTime } from './mount-entry.ts';
import type { Entry } from './mount-entry.ts';
import { parseMountOptions } from './mount-options.ts';
import type { Attribute, MountOptions } from './mount-options.ts';
import { has, makes } from './namespaces.ts';
import { cleanPath, fromBundle, isWithin } from './paths.ts';
import { invalid, unsupported } from './refuse.ts';
import { remountSteps } from './remounts.ts';
import { isUser } from './rootless.ts';
import type { Step, StepOf } from './steps.ts';

/** The files below /proc that emulations such as lxcfs put in the place of the kernel's. */
const EMULATED: ReadonlySet<string> = new Set(
  ['cpuinfo', 'diskstats', 'meminfo', 'stat', 'swaps', 'uptime', 'loadavg', 'slabinfo'].map(
    (name) => `/proc/${name}`,
  ),
)
  .add('/proc/sys/kernel/ns_last_pid')
  .add('/proc/sys/crypto/fips_enabled');

/** Types that show something of a namespace of whoever mounts them. */
const OF_NAMESPACES: ReadonlySet<string> = new Set([
  'proc',
  'sysfs',
  'cgroup',
  'cgroup2',
  'mqueue',
  'devpts',
]);

/** Attributes that a bind mount loses with the first flag that the config names, as with mount(8) and runc. */
const REPLACED: readonly Attribute[] = ['rdonly', 'nosuid', 'nodev', 'noexec', 'nosymfollow'];

export interface MountSteps extends Prepared {
  /** What makes mounts read-only that had to be writable while the root was put together. */
  readonly late: readonly Step[];
}

export function mountSteps(context: Context): MountSteps {
  const { mounts = [] } = context.spec;
  const root = cleanPath(context.root);
  const entries = mounts.map((mount, at) => readEntry(context, mount, { pointer: `/mounts/${at}`, root }));
  const prepare: Step[] = [];
  const steps: Step[] = [];
  for (const entry of entries) add(stepsOf(context, entry), prepare, steps);
  for (const entry of notifyEntry(context)) add(stepsOf(context, entry), prepare, steps);
  const late: Step[] = [];
  for (const entry of entries) addLate(entry, late);
  return { prepare, steps, late };
}

function add(made: Prepared, prepare: Step[], steps: Step[]): void {
  if (made.prepare.length > 0) prepare.push(...made.prepare);
  for (const step of made.steps) steps.push(step);
}

interface Place {
  readonly pointer: string;
  /** The container's root, as a clean path of the host. */
  readonly root: string;
}

function readEntry(context: Context, mount: Mount, { pointer, root }: Place): Entry {
  const target = targetOf(root, mount);
  const isRoot = target === '/';
  if (isRoot && !makes(context.namespaces, 'mount')) {
    throw unsupported(
      `${pointer}/destination`,
      'the root can only be covered in a mount namespace of the container',
      'add {"type": "mount"} without a path to linux.namespaces',
    );
  }
  const given = parseMountOptions(mount.options ?? []);
  if (isWithin(target, '/proc')) checkProc({ mount, options: given, target, pointer });
  const keep = !isRoot && isLate(mount, given, target) ? context.slot() : 0;
  return { mount, options: isRoot ? writable(given) : given, target, pointer, keep };
}

/** A destination that names the host's path of the root means what is there in the container, as runc takes it. */
function targetOf(root: string, { destination }: Mount): string {
  const target = cleanPath(destination);
  return inRoot(root, target) ?? target;
}

/** The container's path of what lies in its root on the host; undefined for other paths. */
function inRoot(root: string, path: string): string | undefined {
  if (root === '/' || !isWithin(path, root)) return undefined;
  return cleanPath(`/${path.slice(root.length)}`);
}

/** What covers the root is the root from then on, for all later paths: what they need must still be made in it. */
function writable(options: MountOptions): MountOptions {
  return { ...options, set: options.set.filter((flag) => flag !== 'rdonly') };
}

/**
 * What lies below /proc is trusted by the container's programs and by the tools that enter it, so nothing may be
 * put there but procfs itself and a few emulated files (CVE-2019-16884). A path that a link of the image leads there
 * is known to init alone, which is told by `onProc` what may be.
 */
function checkProc({ mount, options, target, pointer }: Omit<Entry, 'keep'>): void {
  if (EMULATED.has(target)) return;
  if (target !== '/proc') throw invalid(`${pointer}/destination`, `${target} is inside of /proc`);
  if (!options.bind && !options.remount && mount.type !== 'proc') {
    throw invalid(
      `${pointer}/destination`,
      `only procfs can be mounted at /proc, not ${mount.type ?? 'a file system without type'}`,
    );
  }
}

function stepsOf(context: Context, entry: Entry): Prepared {
  const { mount, options } = entry;
  if (options.remount) return { prepare: [], steps: remountSteps(entry) };
  if (options.bind) return bindSteps(context, entry);
  if (mount.type === undefined || mount.type === '') {
    throw invalid(entry.pointer, 'has neither a type nor the option bind', 'add "bind" to its options');
  }
  const idmap = idmapOf(context, entry);
  if (idmap !== undefined) return idmappedMount(context, entry, { type: mount.type, idmap });
  if (mount.type === 'cgroup' || mount.type === 'cgroup2') return cgroupMount(context, entry);
  if (mount.type === 'sysfs' && needsHostSys(context)) return hostTree(context, entry, '/sys', []);
  if (mount.type === 'proc' && needsHostProc(context, entry)) return hostTree(context, entry, '/proc', []);
  const otherwise = mount.type === 'sysfs' && context.facts.rootless !== undefined ? '/sys' : '';
  const made = newMount(context, entry, { type: mount.type, otherwise });
  if (context.mountLabel === '') return { prepare: NONE, steps: [made] };
  return { prepare: NONE, steps: [made, ...labelSteps(context.mountLabel, mount.type, entry)] };
}

const NONE: readonly never[] = [];

function bindSteps(context: Context, entry: Entry): Prepared {
  const { mount, options, pointer } = entry;
  if (!mount.source) throw invalid(pointer, 'a bind mount needs a source');
  const source = fromBundle(context.facts.bundle, mount.source);
  const idmap = idmapOf(context, entry);
  // init may not be able to reach the source once it has the rights of the container's root alone; an ordinary user
  // has no right to clone a mount outside
  const fromHost =
    context.options.entered === true ||
    idmap !== undefined ||
    (has(context.namespaces, 'user') && !isUser(context.facts));
  if (!fromHost) return { prepare: [], steps: [bindStep(entry, source, 0)] };
  const slot = context.slot();
  const path = inRoot(cleanPath(context.root), source);
  const tree = openTree(path ?? source, slot, options, idmap);
  const bind = bindStep({ ...entry, options: detached(context, options) }, source, slot);
  if (path === undefined) return { prepare: [onHost(pointer, tree)], steps: [bind] };
  // what is mounted there by then is seen in the container's mount namespace alone; in one that runs, what has the host's
  // name of the root is the container's own, and may lead anywhere
  const root = context.options.entered === true ? '/' : context.root;
  return { prepare: [], steps: [onHost(pointer, { ...tree, root }), bind] };
}

/**
 * A tree that is cloned on the host is a peer of its source. What a clone inside would have got from
 * rootfsPropagation it must be given: slave, so that nothing reaches the host.
 */
function detached({ spec }: Context, options: MountOptions): MountOptions {
  const shared = spec.linux?.rootfsPropagation?.endsWith('shared') === true;
  if (shared || options.propagation !== 'unchanged') return options;
  return { ...options, propagation: 'slave', propagationRecursive: true };
}

function bindStep({ options, target, pointer }: Entry, source: string, slot: number): Step {
  const { set, clear, recursive, recursiveSet, recursiveClear, propagation, propagationRecursive } = options;
  const named = set.length + clear.length > 0;
  return onInit(pointer, {
    kind: 'bind',
    source,
    slot,
    target,
    recursive,
    set,
    clear,
    clearUnlessLocked: named ? REPLACED.filter((flag) => !set.includes(flag) && !clear.includes(flag)) : [],
    recursiveSet,
    recursiveClear,
    propagation,
    propagationRecursive,
    sourceLink: options.sourceLink,
    coverLink: options.coverLink,
    requireType: target === '/proc' ? 'proc' : '',
    onProc: EMULATED.has(target),
  });
}

function openTree(
  source: string,
  slot: number,
  { recursive, sourceLink }: MountOptions,
  idmap = NO_IDMAP,
): Omit<StepOf<'open-tree'>, 'on' | 'because'> {
  return {
    kind: 'open-tree',
    source,
    root: '',
    recursive,
    noFollow: sourceLink !== 'follow',
    slot,
    ...idmap,
  };
}

interface IdmappedFilesystem {
  readonly type: string;
  readonly idmap: Idmap;
}

/**
 * Made on the host, so that it is the host's user namespace whose ids are mapped: in one of its own a file system has
 * no others. Types that show a namespace of whoever makes them cannot be.
 */
function idmappedMount(context: Context, entry: Entry, { type, idmap }: IdmappedFilesystem): Prepared {
  const { mount, options, pointer } = entry;
  if (OF_NAMESPACES.has(type)) throw unsupported(pointer, `${type} cannot have id mappings of its own`);
  if (options.copyUp) throw unsupported(pointer, 'tmpcopyup and id mappings do not go together');
  const source = mount.source || type;
  const slot = context.slot();
  const made = onHost(pointer, {
    kind: 'file-system',
    type,
    source,
    options: fileSystemOptions(context, entry, type),
    slot,
    ...idmap,
  });
  const set = attributesOf(options);
  const own = { ...options, set, clear: [], recursiveSet: [], recursiveClear: [] };
  return { prepare: [made], steps: [bindStep({ ...entry, options: own }, source, slot)] };
}

interface NewFilesystem {
  readonly type: string;
  /** Directory of the host that takes its place where the kernel lets nobody here mount one; empty: none. */
  readonly otherwise: string;
}

function newMount(context: Context, entry: Entry, { type, otherwise }: NewFilesystem): Step {
  checkOwners(context, entry);
  const { mount, options, target, pointer, keep } = entry;
  const { propagation, propagationRecursive, copyUp } = options;
  const attributes = attributesOf(options);
  return onInit(pointer, {
    kind: 'mount',
    type,
    source: mount.source || type,
    target,
    options: fileSystemOptions(context, entry, type),
    attributes: keep > 0 ? attributes.filter((attribute) => attribute !== 'rdonly') : attributes,
    propagation,
    propagationRecursive,
    copyUp,
    inheritMode: type === 'tmpfs' && !options.data.some(({ text }) => text.startsWith('mode=')),
    keep,
    onProc: EMULATED.has(target),
    otherwise,
  });
}

/** A file system takes ids as the container's user namespace names them, and EINVAL would name none of its options. */
function checkOwners({ spec, namespaces, facts }: Context, { options, pointer }: Entry): void {
  const mappings = userMappings(spec, namespaces, facts) ?? facts.rootless?.mappings;
  if (mappings === undefined) return;
  for (const { text, at } of options.data) {
    const [, kind, digits] = /^([ug]id)=(\d+)$/.exec(text) ?? [];
    if (kind === undefined || hostId(mappings[kind === 'uid' ? 'uid' : 'gid'], Number(digits)) !== undefined)
      continue;
    throw invalid(
      `${pointer}/options/${at}`,
      `${kind} ${digits} is not mapped in the container's user namespace`,
      `leave "${text}" out, or map it in linux.${kind}Mappings`,
    );
  }
}

/** Devices, links and mount points are still to be made in these. */
function isLate(mount: Mount, options: MountOptions, target: string): boolean {
  if (mount.type !== 'tmpfs' && target !== '/dev') return false;
  if (mount.type === 'cgroup' || mount.type === 'cgroup2' || mount.type === 'sysfs') return false;
  const made = !options.remount && !options.bind && !isIdmapped({ mount, options });
  return made && attributesOf(options).includes('rdonly');
}

/** On the mount itself, since its path may lead elsewhere by then. */
function addLate({ mount, target, pointer, keep: slot }: Entry, late: Step[]): void {
  if (target === '/' && parseMountOptions(mount.options ?? []).set.includes('rdonly')) {
    late.push(onInit(pointer, { kind: 'root-readonly' }));
  } else if (slot !== 0) {
    const attributes = { recursive: false, set: ['rdonly'], clear: [] } as const;
    late.push(onInit(pointer, { kind: 'mount-attributes', target, slot, ...attributes }));
  }
}

/**
 * `cgroup` means whatever hierarchy there is: v2, which `cgroup2` names. In a cgroup namespace of the container the
 * mount shows its own cgroup. Without one it shows what /proc/self/cgroup counts from, the whole tree: as a bind
 * mount, since a new mount in the host's cgroup namespace would reset the options of the host's hierarchy (nsdelegate
 * and others). A user namespace's root might own parts of that tree, which he must not change (CVE-2023-25809); nor
 * the cgroup of the runtime, in which a container without one of its own is.
 */
function cgroupMount(context: Context, entry: Entry): Prepared {
  const { namespaces, facts } = context;
  if (facts.cgroup === undefined)
    throw unsupported(entry.pointer, 'there is no cgroup v2 hierarchy to mount');
  const foreign = has(namespaces, 'user') || facts.rootless !== undefined;
  if (!has(namespaces, 'cgroup'))
    return hostTree(context, entry, facts.cgroup.root, foreign ? ['rdonly'] : []);
  const otherwise = facts.rootless === undefined ? '' : facts.cgroup.root;
  const shown = getsCgroup(facts) || facts.rootless === undefined ? entry : readonly(entry);
  return { prepare: [], steps: [newMount(context, shown, { type: 'cgroup2', otherwise })] };
}

function readonly(entry: Entry): Entry {
  const { set } = entry.options;
  return set.includes('rdonly')
    ? entry
    : { ...entry, options: { ...entry.options, set: ['rdonly', ...set] } };
}

/** sysfs belongs to the network namespace: without one of its own a user namespace may not mount it. */
function needsHostSys({ namespaces }: Context): boolean {
  return has(namespaces, 'user') && !has(namespaces, 'network');
}

/** So does procfs to the pid namespace; that of the host, which the container shares then, shows the same. */
function needsHostProc({ namespaces, facts }: Context, { target }: Entry): boolean {
  const foreign = has(namespaces, 'user') || facts.rootless !== undefined;
  return foreign && !has(namespaces, 'pid') && target === '/proc';
}

/** The attributes count for the whole tree: file systems below the source are the host's as well. */
function hostTree(context: Context, entry: Entry, source: string, always: readonly Attribute[]): Prepared {
  const wanted = attributesOf(entry.options);
  const recursiveSet = [...always.filter((attribute) => !wanted.includes(attribute)), ...wanted];
  const options: MountOptions = {
    ...parseMountOptions(['rbind']),
    recursiveSet,
    recursiveClear: recursiveSet.some(isTime) ? ['atime'] : [],
    propagation: entry.options.propagation,
    propagationRecursive: entry.options.propagationRecursive,
  };
  return bindSteps(context, { ...entry, options, mount: { ...entry.mount, source } });
}

function notifyEntry({ facts, options }: Context): Entry[] {
  if (options.notify === undefined) return [];
  const mount: Mount = { destination: options.notify, source: `${facts.stateDirectory}/notify` };
  const flags = parseMountOptions(['bind', 'nosuid', 'noexec', 'nodev', 'ro', 'private']);
  return [{ mount, options: flags, target: cleanPath(options.notify), pointer: '', keep: 0 }];
}
