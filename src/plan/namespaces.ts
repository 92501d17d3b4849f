import type { Linux, NamespaceType, Process, Spec } from '../spec/types.ts';
import { onHost, onInit, section } from './context.ts';
import type { Context, Prepared } from './context.ts';
import type { CgroupSteps } from './cgroup.ts';
import type { Facts } from './facts.ts';
import { keepsGroups } from './groups.ts';
import { stepMappings } from './ids.ts';
import { fromBundle } from './paths.ts';
import { idMapWriter, isUser, losesGroups } from './rootless.ts';
import type { Step } from './steps.ts';
import { sysctlNamespaces } from './sysctl.ts';

export interface JoinedNamespace {
  readonly type: NamespaceType;
  readonly path: string;
  readonly because: string;
}

/** The container's namespaces; what is in neither list is the runtime's own. */
export interface Namespaces {
  readonly made: readonly NamespaceType[];
  readonly joined: readonly JoinedNamespace[];
  /** Those of both lists. */
  readonly types: ReadonlySet<NamespaceType>;
  /** Pointer of a type's entry. */
  readonly because: Readonly<Partial<Record<NamespaceType, string>>>;
}

export function readNamespaces(spec: { readonly linux?: Pick<Linux, 'namespaces'> }): Namespaces {
  const made: NamespaceType[] = [];
  const joined: JoinedNamespace[] = [];
  const types = new Set<NamespaceType>();
  const because: Partial<Record<NamespaceType, string>> = {};
  let at = 0;
  for (const { type, path } of spec.linux?.namespaces ?? []) {
    const pointer = `/linux/namespaces/${at}`;
    if (path) joined.push({ type, path, because: pointer });
    else made.push(type);
    types.add(type);
    because[type] = pointer;
    at++;
  }
  return { made, joined, types, because };
}

/** True for a namespace that the container makes. */
export function makes(namespaces: Namespaces, type: NamespaceType): boolean {
  return namespaces.made.includes(type);
}

/** True for a namespace that is made or joined. */
export function has(namespaces: Namespaces, type: NamespaceType): boolean {
  return namespaces.types.has(type);
}

export function joinedPath(namespaces: Namespaces, type: NamespaceType): string | undefined {
  return namespaces.joined.find((joined) => joined.type === type)?.path;
}

/**
 * True where the first process cannot be the container's: a user namespace must be entered and mapped before the
 * others are made in it, and a joined pid namespace or the offsets of a time namespace count for children only.
 */
export function isStaged(namespaces: Namespaces): boolean {
  const pid = joinedPath(namespaces, 'pid') !== undefined;
  return has(namespaces, 'user') || pid || makes(namespaces, 'time');
}

/**
 * The process and its namespaces, up to where it is pid 1 (or the only process of ours) with root's rights in them.
 */
export function creationSteps(context: Context, cgroup: CgroupSteps): Prepared {
  const { prepare, steps: joins } = joinSteps(context);
  const rest = isStaged(context.namespaces)
    ? stagedSteps(context, joins, cgroup)
    : directSteps(context, joins, cgroup);
  return { prepare, steps: [...rest, ...unshareCgroup(context)] };
}

function joinSteps(context: Context): Prepared {
  const { joined } = context.namespaces;
  if (joined.length === 0) return { prepare: [], steps: [] };
  const slots = new Map(joined.map(({ type }) => [type, context.slot()]));
  const changed = changedNamespaces(context.spec);
  const prepare = joined.map(({ type, path, because }) => {
    const slot = slots.get(type) ?? 0;
    return onHost(because, { kind: 'open-namespace', type, path, slot, refuseOwn: changed.includes(type) });
  });
  const steps = joinOrder(context).map(({ type, because }) =>
    onInit(because, { kind: 'join', slot: slots.get(type) ?? 0, namespaces: [type] }),
  );
  return { prepare, steps };
}

/** Those in which the config sets something: joining the runtime's own would set it for the host. */
function changedNamespaces(spec: Spec): NamespaceType[] {
  const types = sysctlNamespaces(spec);
  if (spec.hostname || spec.domainname) types.push('uts');
  if (Object.keys(spec.linux?.netDevices ?? {}).length > 0) types.push('network');
  return types;
}

function directSteps(context: Context, joins: readonly Step[], cgroup: CgroupSteps): Step[] {
  return [
    cloneStep(context, withoutCgroup(context.namespaces.made), cgroup),
    ...oomScore(context),
    ...cgroup.entered,
    ...cgroup.tasks,
    ...joins,
  ];
}

function stagedSteps(context: Context, joins: readonly Step[], cgroup: CgroupSteps): Step[] {
  const { namespaces, spec } = context;
  const made = withoutCgroup(namespaces.made).filter((type) => type !== 'user' && type !== 'time');
  const because = section(spec, '/linux/namespaces');
  return [
    cloneStep(context, [], cgroup),
    ...oomScore(context),
    ...cgroup.entered,
    ...rootDirectory(context),
    ...joins,
    ...userSteps(context),
    ...timeSteps(context),
    onInit(because, { kind: 'fork', namespaces: made }),
    ...cgroup.tasks,
  ];
}

/**
 * True where the root's directory is gone to before the user namespace is: its root may not pass the directories above,
 * such as a private one of the host's root. A joined mount namespace sets the working directory anew.
 */
export function reachesRoot(namespaces: Namespaces): boolean {
  return has(namespaces, 'user') && joinedPath(namespaces, 'mount') === undefined;
}

function rootDirectory({ namespaces, spec, facts }: Context): Step[] {
  if (!reachesRoot(namespaces)) return [];
  return [onInit('/root/path', { kind: 'root-directory', path: fromBundle(facts.bundle, spec.root.path) })];
}

function cloneStep({ spec }: Context, namespaces: readonly NamespaceType[], cgroup: CgroupSteps): Step {
  return onHost(section(spec, '/linux/namespaces'), {
    kind: 'clone',
    namespaces,
    intoCgroup: cgroup.cloneInto,
    cgroupOfPid: 0,
  });
}

/** Before anything can run the container out of memory. */
function oomScore({ spec, facts }: Context): Step[] {
  return oomScoreSteps(spec.process, facts);
}

/** The file of a process that is not dumpable is root's: an ordinary user's init writes its own. */
export function oomScoreSteps({ oomScoreAdj: value }: Process, facts: Facts): Step[] {
  if (value === undefined) return [];
  return [(isUser(facts) ? onInit : onHost)('/process/oomScoreAdj', { kind: 'oom-score', value })];
}

/**
 * Privileged: the user namespace last, for one that belongs to another user namespace (the network of a pod, say)
 * can only be joined from outside. Otherwise the rights to join come with the user namespace. The pid namespace goes
 * next to it: it counts for the fork that follows.
 */
function joinOrder({ namespaces, facts }: Context): JoinedNamespace[] {
  const rank = ({ type }: JoinedNamespace): number => {
    if (type === 'user') return isUser(facts) ? -1 : 2;
    return type === 'pid' ? 1 : 0;
  };
  return namespaces.joined.toSorted((left, right) => rank(left) - rank(right));
}

function userSteps({ namespaces, spec, facts }: Context): Step[] {
  const because = namespaces.because.user ?? '';
  if (!has(namespaces, 'user')) return [];
  const root = onInit(because, { kind: 'become-root', keepGroups: keepsGroups(spec) });
  if (!makes(namespaces, 'user')) return [root];
  const mapping = onHost('/linux/uidMappings', {
    kind: 'id-map',
    uidMappings: stepMappings(spec.linux?.uidMappings ?? []),
    gidMappings: stepMappings(spec.linux?.gidMappings ?? []),
    denySetgroups: losesGroups(namespaces, spec, facts),
    uidTool: idMapWriter('uid', spec, facts),
    gidTool: idMapWriter('gid', spec, facts),
  });
  return [onInit(because, { kind: 'unshare', namespaces: ['user'] }), mapping, root];
}

function timeSteps({ namespaces, spec }: Context): Step[] {
  if (!makes(namespaces, 'time')) return [];
  const unshare = onInit(namespaces.because.time ?? '', { kind: 'unshare', namespaces: ['time'] });
  const { monotonic, boottime } = spec.linux?.timeOffsets ?? {};
  if (monotonic === undefined && boottime === undefined) return [unshare];
  const offsets = onInit('/linux/timeOffsets', {
    kind: 'time-offsets',
    monotonicSeconds: monotonic?.secs ?? 0,
    monotonicNanoseconds: monotonic?.nanosecs ?? 0,
    boottimeSeconds: boottime?.secs ?? 0,
    boottimeNanoseconds: boottime?.nanosecs ?? 0,
  });
  return [unshare, offsets];
}

/** Its root is the cgroup of whoever makes it, so it can only be made by a process that is in the container's. */
function unshareCgroup({ namespaces }: Context): Step[] {
  if (!makes(namespaces, 'cgroup')) return [];
  return [onInit(namespaces.because.cgroup ?? '', { kind: 'unshare', namespaces: ['cgroup'] })];
}

function withoutCgroup(types: readonly NamespaceType[]): NamespaceType[] {
  return types.filter((type) => type !== 'cgroup');
}

/** Names and interfaces of namespaces: session keyring, loopback, hostname, domainname. */
export function identitySteps({ spec, facts, options, namespaces }: Context): Step[] {
  const steps: Step[] = [];
  if (options.noNewKeyring !== true)
    steps.push(onInit('', { kind: 'session-keyring', name: `_ses.${facts.id}` }));
  // a joined network has been set up by whoever made it
  if (makes(namespaces, 'network'))
    steps.push(onInit(namespaces.because.network ?? '', { kind: 'loopback' }));
  if (spec.hostname) steps.push(onInit('/hostname', { kind: 'hostname', name: spec.hostname }));
  if (spec.domainname) steps.push(onInit('/domainname', { kind: 'domainname', name: spec.domainname }));
  return steps;
}
