import { RuntsError } from '../errors.ts';
import type { Host, HostFiles } from '../host/host.ts';
import type { CgroupFacts, Facts } from '../plan/facts.ts';
import { CAPABILITY_NAMES } from '../plan/numbers.ts';
import type { CapabilityName } from '../plan/numbers.ts';
import type { IdMapping, Spec } from '../spec/types.ts';
import type { Bundle } from './bundle.ts';
import type { Context } from './context.ts';
import type { Place } from './store.ts';

/** Who makes cgroups: the runtime by files, systemd by scopes, or nobody (`--cgroups=disabled` of podman). */
export type CgroupManager = 'cgroupfs' | 'systemd' | 'disabled';

/** CGROUP2_SUPER_MAGIC of statfs(2). */
const CGROUP2 = 0x63677270;
const CGROUP_MOUNT = '/sys/fs/cgroup';
/** Where systemd mounts the v2 hierarchy beside those of v1. */
const HYBRID_MOUNT = `${CGROUP_MOUNT}/unified`;

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

function readCgroupFacts(files: HostFiles): CgroupFacts {
  const { root, hybrid } = findCgroupMount(files);
  return {
    root,
    controllers: files
      .readText(`${root}/cgroup.controllers`)
      .trim()
      .split(' ')
      .filter((name) => name !== ''),
    hybrid,
    own: ownCgroup(files.readText('/proc/self/cgroup')),
  };
}

/** Only v1 hierarchies are mounted below a tmpfs, so anything but v2 at the usual place means them. */
function findCgroupMount(files: HostFiles): { root: string; hybrid: boolean } {
  if (files.fileSystem(CGROUP_MOUNT) === CGROUP2) return { root: CGROUP_MOUNT, hybrid: false };
  if (files.fileSystem(HYBRID_MOUNT) === CGROUP2) return { root: HYBRID_MOUNT, hybrid: true };
  const mounts = parseMounts(files.readText('/proc/self/mountinfo'));
  const unified = mounts.find((mount) => mount.type === 'cgroup2');
  if (unified !== undefined)
    return { root: unified.target, hybrid: mounts.some((mount) => mount.type === 'cgroup') };
  throw new RuntsError('UNSUPPORTED', 'cgroups: no cgroup v2 hierarchy is mounted, and v1 is not supported', {
    hint: 'boot with systemd.unified_cgroup_hierarchy=1, mount -t cgroup2, or use --cgroup-manager disabled',
  });
}

/** proc_pid_mountinfo(5): target is the fifth field, the type is the first after ` - `. */
function parseMounts(text: string): { target: string; type: string }[] {
  return text.split('\n').flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const target = left.split(' ')[4];
    const type = right.split(' ')[0];
    return target === undefined || type === undefined ? [] : [{ target: unescape(target), type }];
  });
}

function unescape(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function ownCgroup(text: string): string {
  const line = text.split('\n').find((entry) => entry.startsWith('0::'));
  return line?.slice(3) ?? '/';
}
