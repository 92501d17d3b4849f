import type { Host, HostFiles } from '../host/host.ts';
import type { Facts } from '../plan/facts.ts';
import { CAPABILITY_NAMES } from '../plan/numbers.ts';
import type { CapabilityName } from '../plan/numbers.ts';
import type { IdMapping, Spec } from '../spec/types.ts';
import type { Bundle } from './bundle.ts';
import { CGROUP_MOUNT, readCgroupFacts } from './cgroup-tree.ts';
import type { Context } from './context.ts';
import type { Place } from './store.ts';

/** Who makes cgroups: the runtime by files, systemd by scopes, or nobody (`--cgroups=disabled` of podman). */
export type CgroupManager = 'cgroupfs' | 'systemd' | 'disabled';

/** Holds a character that no id has. */
const SECCOMP_CACHE = '~seccomp';

/** Reads what a plan must know of the machine. */
export function readFacts(context: Context, place: Place, { directory: bundle, spec }: Bundle): Facts {
  const { host, root } = context;
  const joinedMappings = readJoinedMappings(host.files, spec);
  return {
    id: place.id,
    bundle,
    stateDirectory: place.directory,
    seccompCache: `${root}/${SECCOMP_CACHE}`,
    ...readCgroups(context),
    grantable: grantable(host),
    uid: host.self.uid,
    ...(joinedMappings !== undefined && { joinedMappings }),
    ...(spec.linux?.mountLabel && isSelinuxOff(host.files) && { selinuxOff: true }),
  };
}

/** Without cgroups of their own containers may still mount the hierarchy, if there is one. */
function readCgroups({ host, cgroupManager }: Context): Pick<Facts, 'cgroup' | 'cgroupDisabled'> {
  if (cgroupManager !== 'disabled') return { cgroup: readCgroupFacts(host.files) };
  try {
    return { cgroup: readCgroupFacts(host.files), cgroupDisabled: true };
  } catch {
    return { cgroup: undefined, cgroupDisabled: true };
  }
}

/** The kernel knows selinuxfs only where it was booted with SELinux. */
function isSelinuxOff(files: HostFiles): boolean {
  return !/\bselinuxfs$/m.test(files.readText('/proc/filesystems'));
}

/** Of a user namespace that is joined by the path of a process; others can be joined but not looked into. */
function readJoinedMappings(files: HostFiles, spec: Spec): Facts['joinedMappings'] {
  const path = spec.linux?.namespaces?.find(({ type }) => type === 'user')?.path ?? '';
  const directory = /^(\/proc\/(?:self|\d+))\/ns\/user$/.exec(path)?.[1];
  if (directory === undefined) return undefined;
  try {
    return {
      uid: parseMap(files.readText(`${directory}/uid_map`)),
      gid: parseMap(files.readText(`${directory}/gid_map`)),
    };
  } catch {
    return undefined;
  }
}

/** user_namespaces(7) */
function parseMap(text: string): IdMapping[] {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return lines.flatMap(([containerID, hostID, size]) => {
    return containerID === undefined || hostID === undefined || size === undefined
      ? []
      : [{ containerID, hostID, size }];
  });
}

/** Facts of an ordinary machine and a privileged runtime, for a plan that nobody is going to run here. */
export function planFacts(root: string, id: string, bundle: string): Facts {
  return {
    id,
    bundle,
    stateDirectory: `${root}/${id}`,
    seccompCache: `${root}/${SECCOMP_CACHE}`,
    cgroup: {
      root: CGROUP_MOUNT,
      controllers: ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc'],
      hybrid: false,
      own: '/',
    },
    grantable: [...CAPABILITY_NAMES],
    uid: 0,
  };
}

export function grantable(host: Host): CapabilityName[] {
  const held = new Set(host.self.capabilities());
  return CAPABILITY_NAMES.filter((name) => held.has(name));
}
