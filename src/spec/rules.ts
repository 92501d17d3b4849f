/**
 * The rules that bind one section of config.json to another. What concerns one object alone stands with its
 * description. Sources: the specification where it says MUST, and what runc refuses at create.
 */
import { show, step } from './problems.ts';
import type { Report, Scope } from './problems.ts';
import { sysctlFlaw } from './sysctl.ts';
import type { IdMapping, Namespace, NamespaceType, Spec } from './types.ts';

/** The parts of a spec that have the right form; a part that has not may be missing. */
type Draft = Partial<Spec>;

interface SpecRule {
  /** Where the rule looks: it is left out when one of these is malformed, for it would judge by a part. */
  readonly reads: readonly string[];
  readonly check: (spec: Draft, scope: Scope) => void;
}

const NAMESPACES = '/linux/namespaces';

const RULES: readonly SpecRule[] = [
  {
    reads: [NAMESPACES, '/hostname'],
    check: (spec, out) => needUts(spec, 'hostname', out),
  },
  {
    reads: [NAMESPACES, '/domainname'],
    check: (spec, out) => needUts(spec, 'domainname', out),
  },
  { reads: [NAMESPACES, '/linux/maskedPaths'], check: (spec, out) => needMount(spec, 'maskedPaths', out) },
  {
    reads: [NAMESPACES, '/linux/readonlyPaths'],
    check: (spec, out) => needMount(spec, 'readonlyPaths', out),
  },
  {
    reads: [NAMESPACES, '/linux/uidMappings'],
    check: (spec, out) => checkMappings(spec, 'uidMappings', out),
  },
  {
    reads: [NAMESPACES, '/linux/gidMappings'],
    check: (spec, out) => checkMappings(spec, 'gidMappings', out),
  },
  {
    reads: [NAMESPACES, '/linux/uidMappings', '/linux/gidMappings', '/process/user'],
    check: checkUserIsMapped,
  },
  { reads: [NAMESPACES, '/linux/timeOffsets'], check: checkTimeOffsets },
  { reads: [NAMESPACES, '/hostname', '/domainname', '/linux/sysctl'], check: checkSysctl },
  { reads: [NAMESPACES, '/linux/netDevices'], check: checkNetDevices },
  { reads: [NAMESPACES, '/mounts'], check: checkIdmapMounts },
  { reads: ['/linux/resources/memory'], check: checkSwap },
];

/** Applies every rule whose parts have the right form. */
export function applyRules(spec: Draft, { broken, scope }: Pick<Report, 'broken' | 'scope'>): void {
  for (const { reads, check } of RULES) if (!areBroken(reads, broken)) check(spec, scope);
}

function areBroken(places: readonly string[], broken: readonly string[]): boolean {
  return broken.length > 0 && places.some((place) => broken.some((pointer) => touches(pointer, place)));
}

/** True if one of two places of a document is the other or holds it. */
function touches(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}/`) || right.startsWith(`${left}/`) || left === '';
}

function namespaceOf(spec: Draft, type: NamespaceType): Namespace | undefined {
  for (const namespace of spec.linux?.namespaces ?? []) if (namespace.type === type) return namespace;
  return undefined;
}

/** True for a namespace that the container makes itself. */
function isNew(namespace: Namespace | undefined): boolean {
  return namespace !== undefined && namespace.path === undefined;
}

function entryOf(type: NamespaceType): string {
  return `an entry of type ${type} in ${NAMESPACES}`;
}

/** Without its own uts namespace a container would rename its host. */
function needUts(spec: Draft, name: 'hostname' | 'domainname', out: Scope): void {
  const value = spec[name];
  if (value === undefined || value === '' || namespaceOf(spec, 'uts') !== undefined) return;
  out.problem(`/${name}`, `${show(value)} needs a uts namespace`, entryOf('uts'));
}

/** Without its own mount namespace a container would cover its host's paths. */
function needMount(spec: Draft, name: 'maskedPaths' | 'readonlyPaths', out: Scope): void {
  if ((spec.linux?.[name] ?? []).length === 0 || namespaceOf(spec, 'mount') !== undefined) return;
  out.problem(`/linux/${name}`, 'needs a mount namespace', entryOf('mount'));
}

/**
 * A new user namespace needs both mappings, with the container's root in them, or neither: then its root alone is
 * mapped. One that is joined has its own; that the config repeats them is let pass, for containerd and CRI-O do:
 * whoever joins it compares.
 */
function checkMappings(spec: Draft, name: 'uidMappings' | 'gidMappings', out: Scope): void {
  const mappings = spec.linux?.[name] ?? [];
  const user = namespaceOf(spec, 'user');
  const place = `/linux/${name}`;
  if (isNew(user)) {
    const { uidMappings: uids = [], gidMappings: gids = [] } = spec.linux ?? {};
    return uids.length + gids.length > 0 ? requireRoot(mappings, place, out) : undefined;
  }
  if (mappings.length === 0) return;
  if (user === undefined) out.problem(place, 'needs a user namespace', entryOf('user'));
  else
    out.warn(
      place,
      'repeats what the joined user namespace has: an error if they differ',
      'no mappings beside a path',
    );
}

function requireRoot(mappings: readonly IdMapping[], place: string, out: Scope): void {
  if (mappings.length === 0)
    out.problem(place, 'is not there, but the mappings of the other ids are', 'both or neither');
  else if (!maps(mappings, 0))
    out.problem(place, 'does not map id 0 of the container', 'a mapping that holds containerID 0');
}

function maps(mappings: readonly IdMapping[], id: number): boolean {
  return mappings.some(({ containerID, size }) => containerID <= id && id < containerID + size);
}

/** setresuid(2), setresgid(2) and setgroups(2) refuse ids that the user namespace does not map. */
function checkUserIsMapped(spec: Draft, out: Scope): void {
  const { uidMappings: uids = [], gidMappings: gids = [] } = spec.linux ?? {};
  const user = spec.process?.user;
  if (user === undefined || !isNew(namespaceOf(spec, 'user'))) return;
  requireMapped(uids, user.uid, '/process/user/uid', out);
  requireMapped(gids, user.gid, '/process/user/gid', out);
  user.additionalGids?.forEach((gid, at) =>
    requireMapped(gids, gid, `/process/user/additionalGids/${at}`, out),
  );
}

function requireMapped(mappings: readonly IdMapping[], id: number, place: string, out: Scope): void {
  if (id !== 0 && !maps(mappings, id)) {
    out.problem(place, `${id} is not mapped in the user namespace`, 'an id that /linux has a mapping for');
  }
}

/** Offsets can be set only before the first process enters (time_namespaces(7)). */
function checkTimeOffsets(spec: Draft, out: Scope): void {
  const offsets = spec.linux?.timeOffsets;
  if (offsets === undefined || Object.keys(offsets).length === 0) return;
  const time = namespaceOf(spec, 'time');
  if (time === undefined) out.problem('/linux/timeOffsets', 'needs a time namespace', entryOf('time'));
  else if (!isNew(time))
    out.problem(
      '/linux/timeOffsets',
      'cannot change a time namespace that is joined',
      'a time namespace without path',
    );
}

function checkSysctl(spec: Draft, out: Scope): void {
  const has = (type: NamespaceType): boolean => namespaceOf(spec, type) !== undefined;
  for (const [key, value] of Object.entries(spec.linux?.sysctl ?? {})) {
    checkName(spec, { key, value }, out);
    const flaw = sysctlFlaw(key, value, has);
    if (flaw !== undefined) out.problem(`/linux/sysctl${step(key)}`, flaw.message, flaw.expected);
  }
}

/** The two names of a uts namespace have properties of their own, which are for who does not know the parameters. */
function checkName(spec: Draft, { key, value }: { key: string; value: string }, out: Scope): void {
  const property = UTS_NAMES.get(key);
  const other = property === undefined ? '' : (spec[property] ?? '');
  if (other !== '' && other !== value)
    out.problem(`/linux/sysctl${step(key)}`, `contradicts /${property} ${show(other)}`, 'one of both');
}

const UTS_NAMES: ReadonlyMap<string, 'hostname' | 'domainname'> = new Map([
  ['kernel.hostname', 'hostname'],
  ['kernel/hostname', 'hostname'],
  ['kernel.domainname', 'domainname'],
  ['kernel/domainname', 'domainname'],
]);

function checkNetDevices(spec: Draft, out: Scope): void {
  const devices = Object.entries(spec.linux?.netDevices ?? {});
  if (devices.length === 0) return;
  if (namespaceOf(spec, 'network') === undefined)
    out.problem('/linux/netDevices', 'needs a network namespace', entryOf('network'));
  const taken = new Map<string, string>();
  for (const [host, { name = host }] of devices) {
    const other = taken.get(name);
    const place = `/linux/netDevices${step(host)}`;
    if (other !== undefined)
      out.problem(
        place,
        `has the name ${show(name)} in the container, as ${show(other)} has`,
        'another name',
      );
    if (!name.includes('%')) taken.set(name, host);
  }
}

/** config.md#linux-mount-options: without mappings of its own such a mount takes those of the user namespace. */
function checkIdmapMounts(spec: Draft, out: Scope): void {
  if (namespaceOf(spec, 'user') !== undefined) return;
  spec.mounts?.forEach(({ options = [], uidMappings }, at) => {
    if (!options.includes('idmap') && !options.includes('ridmap')) return;
    const option = options.findIndex((word) => word === 'idmap' || word === 'ridmap');
    if (uidMappings !== undefined) return;
    out.problem(
      `/mounts/${at}/options/${option}`,
      `${show(options[option])} has no mappings to apply`,
      'uidMappings and gidMappings, or a user namespace',
    );
  });
}

/** cgroup v2 limits swap alone, so the limit that includes memory must have one to subtract. */
function checkSwap(spec: Draft, out: Scope): void {
  const { limit = 0, swap = 0 } = spec.linux?.resources?.memory ?? {};
  if (swap > 0 && limit === 0)
    out.problem(
      '/linux/resources/memory/swap',
      'needs a memory limit, which it includes',
      '/linux/resources/memory/limit',
    );
}
