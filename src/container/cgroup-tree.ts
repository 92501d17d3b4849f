import { RuntsError } from '../errors.ts';
import type { HostFiles } from '../host/host.ts';
import type { CgroupFacts } from '../plan/facts.ts';
import type { CgroupPlace } from '../plan/lifecycle.ts';

/** CGROUP2_SUPER_MAGIC of statfs(2). */
const CGROUP2 = 0x63677270;
export const CGROUP_MOUNT = '/sys/fs/cgroup';
/** Where systemd mounts the v2 hierarchy beside those of v1. */
const HYBRID_MOUNT = `${CGROUP_MOUNT}/unified`;

/** What plans must know of the v2 hierarchy; an error where there is none. */
export function readCgroupFacts(files: HostFiles): CgroupFacts {
  const tree = findCgroupTree(files);
  if (tree === undefined) throw noTree();
  return {
    ...tree,
    controllers: readControllers(files, tree.root),
  };
}

function noTree(): RuntsError {
  return new RuntsError(
    'UNSUPPORTED',
    'cgroups: no cgroup v2 hierarchy is mounted, and v1 is not supported',
    {
      hint: 'boot with systemd.unified_cgroup_hierarchy=1, mount -t cgroup2, or use --cgroup-manager disabled',
    },
  );
}

/** Only v1 hierarchies are mounted below a tmpfs, so anything but v2 at the usual place means them. */
export function findCgroupTree(files: HostFiles): Pick<CgroupFacts, 'root' | 'hybrid'> | undefined {
  if (files.fileSystem(CGROUP_MOUNT) === CGROUP2) return { root: CGROUP_MOUNT, hybrid: false };
  if (files.fileSystem(HYBRID_MOUNT) === CGROUP2) return { root: HYBRID_MOUNT, hybrid: true };
  const mounts = readMounts(files);
  const unified = mounts.find((mount) => mount.type === 'cgroup2');
  if (unified === undefined) return undefined;
  return { root: unified.target, hybrid: mounts.some((mount) => mount.type === 'cgroup') };
}

/** Absolute path of a cgroup's directory; `path` counts from the root of the hierarchy. */
export function directoryOf({ root, path }: Pick<CgroupPlace, 'root' | 'path'>): string {
  const inner = path[0] === '/' && path[1] !== '/' ? path.slice(1) : path.replace(/^\/+/, '');
  return inner === '' ? root : `${root}/${inner}`;
}

/** What a cgroup of the v2 hierarchy may give to its children. */
export function readControllers(files: HostFiles, cgroup: string): string[] {
  const text = files.readText(`${cgroup}/cgroup.controllers`);
  return text
    .trim()
    .split(' ')
    .filter((name) => name !== '');
}

/** The caller's cgroup of the v2 hierarchy, cgroups(7). */
export function readOwnCgroup(files: HostFiles): string {
  const lines = files.readText('/proc/self/cgroup').split('\n');
  return lines.find((entry) => entry.startsWith('0::'))?.slice(3) ?? '/';
}

export interface MountEntry {
  readonly target: string;
  readonly type: string;
  /** Of the file system itself, such as the controllers of a v1 hierarchy. */
  readonly options: readonly string[];
}

/** proc_pid_mountinfo(5): target is the fifth field, the type is the first after ` - `, options the third. */
export function readMounts(files: HostFiles): MountEntry[] {
  const lines = files.readText('/proc/self/mountinfo').split('\n');
  return lines.flatMap((line) => {
    const [left = '', right = ''] = line.split(' - ');
    const target = left.split(' ')[4];
    const [type, , options = ''] = right.split(' ');
    if (target === undefined || type === undefined) return [];
    return [{ target: unescape(target), type, options: options.split(',') }];
  });
}

function unescape(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
