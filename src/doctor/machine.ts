import { findCgroupTree, readControllers, readMounts, readOwnCgroup } from '../container/cgroup-tree.ts';
import type { MountEntry } from '../container/cgroup-tree.ts';
import type { Host, HostFiles } from '../host/host.ts';
import { parseTries } from './tries.ts';
import type { Place, Tries } from './tries.ts';

/** All that findings are made from. */
export interface Machine {
  readonly host: Host;
  readonly tries: Tries;
  /** Who makes the namespaces of a container: the caller, or, without the right to, the root of a user namespace. */
  readonly place: Place;
  readonly cgroups: Cgroups;
  /** A file's text; undefined where it cannot be read. */
  readonly text: (path: string) => string | undefined;
}

export interface Cgroups {
  /** Mount point of the v2 hierarchy; undefined where there is none. */
  readonly root: string | undefined;
  readonly layout: 'v2' | 'hybrid' | 'v1' | 'none';
  /** Directory of the cgroup below which the caller's containers are made. */
  readonly base: string;
  /** The caller's own. */
  readonly own: string;
  /** What the base can give to containers. */
  readonly controllers: readonly string[];
  /** Mounted v1 hierarchies. */
  readonly v1: readonly MountEntry[];
}

export async function readMachine(host: Host): Promise<Machine> {
  const text = (path: string): string | undefined => attempt(() => host.files.readText(path));
  const cgroups = readCgroups(host);
  const tries = parseTries(await host.processes.probe(wanted(host, cgroups)));
  const mayUnshare = tries.find('namespace-mount')?.errno === '';
  return { host, tries, place: mayUnshare ? 'caller' : 'user namespace', cgroups, text };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Tries of what only this side knows the names of. */
function wanted({ self }: Host, { root, base, own }: Cgroups): string[] {
  const runtime = self.env['XDG_RUNTIME_DIR'] ?? `/run/user/${self.uid}`;
  const cgroups = [`writable=${base}`, `writable=${base}/cgroup.procs`, `cgroup=${own}`];
  return [
    ...(root === undefined ? [] : cgroups),
    'socket=/run/systemd/private',
    `socket=${runtime}/systemd/private`,
    'program=newuidmap',
    'program=newgidmap',
  ];
}

function readCgroups({ files, self }: Host): Cgroups {
  const tree = attempt(() => findCgroupTree(files));
  const v1 = (attempt(() => readMounts(files)) ?? []).filter(({ type }) => type === 'cgroup');
  if (tree === undefined) {
    const layout = v1.length > 0 ? 'v1' : 'none';
    return { root: undefined, layout, base: '', own: '', controllers: [], v1 };
  }
  const own = ownDirectory(files, tree.root);
  const base = self.uid === 0 ? tree.root : own;
  return {
    root: tree.root,
    layout: tree.hybrid ? 'hybrid' : 'v2',
    base,
    own,
    controllers: attempt(() => readControllers(files, base)) ?? [],
    v1,
  };
}

/** The path may be one that is not below this mount, where the caller came from another cgroup namespace. */
function ownDirectory(files: HostFiles, root: string): string {
  const path = attempt(() => readOwnCgroup(files)) ?? '/';
  const directory = path === '/' || path.startsWith('/..') ? root : `${root}${path}`;
  return files.kind(directory) === 'directory' ? directory : root;
}
