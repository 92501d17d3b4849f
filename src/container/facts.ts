import { RuntsError } from '../errors.ts';
import { HostError } from '../host/host.ts';
import type { HostFiles } from '../host/host.ts';
import { CGROUP_PARENT, cgroupPath } from '../plan/cgroup.ts';
import type { CgroupFacts, Facts, Rootless, SystemdFacts } from '../plan/facts.ts';
import { CAPABILITY_NAMES } from '../plan/numbers.ts';
import type { CapabilityName } from '../plan/numbers.ts';
import type { Spec } from '../spec/types.ts';
import type { Bundle } from './bundle.ts';
import { CGROUP_MOUNT, directoryOf, readCgroupFacts, readControllers, readOwnCgroup } from './cgroup-tree.ts';
import type { Context } from './context.ts';
import { delegatedParent, readDelegation } from './delegation.ts';
import { deniesGroups, readMappings, readRootless } from './rootless.ts';
import { readResctrl } from './resctrl.ts';
import { seccompCache } from './seccomp-cache.ts';
import type { Place } from './store.ts';
import { ORDINARY_SYSTEMD, readSystemdFacts } from './systemd.ts';

/** Who makes cgroups: the runtime by files, systemd by scopes, or nobody (`--cgroups=disabled` of podman). */
export type CgroupManager = 'cgroupfs' | 'systemd' | 'disabled';

/** Reads what a plan must know of the machine; systemd alone is waited for. */
export function readFacts(context: Context, place: Place, bundle: Bundle): Facts | Promise<Facts> {
  const { host, cgroupManager } = context;
  const held = host.self.capabilities();
  const read = (): Rootless | undefined => readRootless(host, held);
  const rootless = context.memory === undefined ? read() : context.memory.rootless(read);
  const known = { place, bundle, held, rootless };
  if (cgroupManager !== 'systemd') return factsOf(context, { ...known, systemd: undefined });
  return readSystemdFacts(host, rootless).then((systemd) => factsOf(context, { ...known, systemd }));
}

interface Known {
  readonly place: Place;
  readonly bundle: Bundle;
  /** Capabilities of the runtime. */
  readonly held: readonly CapabilityName[];
  readonly rootless: Rootless | undefined;
  readonly systemd: SystemdFacts | undefined;
}

function factsOf(context: Context, { place, bundle, held, rootless, systemd }: Known): Facts {
  const { host } = context;
  const { spec } = bundle;
  return {
    id: place.id,
    bundle: bundle.directory,
    stateDirectory: place.directory,
    seccompCache: seccompCache(context),
    ...readCgroups(context, { spec, id: place.id, rootless, systemd }),
    ...(systemd !== undefined && { systemd }),
    grantable: held,
    uid: host.self.uid,
    ...(spec.linux?.mountLabel && isSelinuxOff(host.files) && { selinuxOff: true }),
    ...(rootless !== undefined && { rootless }),
    ...readJoinedUsers(host.files, spec),
    ...readResctrl(host.files, spec, place.id),
  };
}

interface CgroupWish {
  readonly spec: Spec;
  readonly id: string;
  readonly rootless: Rootless | undefined;
  readonly systemd: SystemdFacts | undefined;
}

/** Without cgroups of their own containers may still mount the hierarchy, if there is one. */
function readCgroups(context: Context, wish: CgroupWish): Pick<Facts, 'cgroup' | 'cgroupDisabled'> {
  const { host, cgroupManager } = context;
  const disabled = cgroupManager === 'disabled';
  const optional = disabled || (wish.rootless !== undefined && wish.systemd === undefined);
  const cgroup = optional ? readCgroupsIfThere(host.files) : readCgroupFacts(host.files);
  if (disabled || cgroup === undefined) return { cgroup, ...(disabled && { cgroupDisabled: true }) };
  if (wish.systemd !== undefined) return { cgroup: asManaged(host.files, wish.systemd, cgroup) };
  return { cgroup: asDelegated(context, wish, cgroup) };
}

function readCgroupsIfThere(files: HostFiles): CgroupFacts | undefined {
  try {
    return readCgroupFacts(files);
  } catch (error) {
    if (error instanceof RuntsError || error instanceof HostError) return undefined;
    throw error;
  }
}

/** The kernel knows selinuxfs only where it was booted with SELinux. */
function isSelinuxOff(files: HostFiles): boolean {
  return !/\bselinuxfs$/m.test(files.readText('/proc/filesystems'));
}

/** The manager of a user has the controllers that were delegated to it. */
function asManaged(files: HostFiles, systemd: SystemdFacts, cgroup: CgroupFacts): CgroupFacts {
  if (!systemd.user) return cgroup;
  const controllers = readControllers(files, directoryOf({ root: cgroup.root, path: systemd.cgroup }));
  return { ...cgroup, controllers, delegation: { parent: CGROUP_PARENT, from: systemd.cgroup } };
}

/** `--rootless` decides whether a cgroup that cannot be made is an error; by default only root must have one. */
function asDelegated(
  { host, rootless: given }: Context,
  { spec, id, rootless }: CgroupWish,
  cgroup: CgroupFacts,
): CgroupFacts {
  if (rootless === undefined && given !== true) return cgroup;
  const own = readOwnCgroup(host.files);
  const parent = rootless === undefined ? CGROUP_PARENT : delegatedParent(own);
  const place = { root: cgroup.root, own };
  const { controllers, ...found } = readDelegation(host.files, place, cgroupPath(spec, id, parent));
  return { ...cgroup, controllers, delegation: { parent, own, ...found, required: given === false } };
}

/** Of a user namespace that is joined by the path of a process; others can be joined but not looked into. */
function readJoinedUsers(files: HostFiles, spec: Spec): Pick<Facts, 'joinedMappings' | 'joinedDeniesGroups'> {
  const path = spec.linux?.namespaces?.find(({ type }) => type === 'user')?.path ?? '';
  const directory = /^(\/proc\/(?:self|\d+))\/ns\/user$/.exec(path)?.[1];
  const joinedMappings = directory === undefined ? undefined : readMappings(files, directory);
  if (directory === undefined || joinedMappings === undefined) return {};
  return { joinedMappings, joinedDeniesGroups: deniesGroups(files, directory) };
}

/** Facts of an ordinary machine and a privileged runtime, for a plan that nobody is going to run here. */
export function planFacts(
  { root, cgroupManager }: Pick<Context, 'root' | 'cgroupManager'>,
  id: string,
  bundle: string,
): Facts {
  return {
    id,
    bundle,
    stateDirectory: `${root}/${id}`,
    seccompCache: seccompCache({ root }),
    cgroup: {
      root: CGROUP_MOUNT,
      controllers: ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc'],
      hybrid: false,
    },
    ...(cgroupManager === 'systemd' && { systemd: ORDINARY_SYSTEMD }),
    grantable: [...CAPABILITY_NAMES],
    resctrl: { root: '/sys/fs/resctrl' },
    uid: 0,
  };
}
