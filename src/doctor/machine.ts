import { directoryOf, findCgroupTree, readMounts, readOwnCgroup } from '../container/cgroup-tree.ts';
import type { MountEntry } from '../container/cgroup-tree.ts';
import { delegatedParent, readDelegation } from '../container/delegation.ts';
import { findIdTool, readRootless } from '../container/rootless.ts';
import { attempt } from '../host/attempt.ts';
import type { Host, HostFiles } from '../host/host.ts';
import { CGROUP_PARENT } from '../plan/cgroup.ts';
import type { Rootless } from '../plan/facts.ts';
import { parseTries } from './tries.ts';
import type { Place, Tries } from './tries.ts';

/** All that findings are made from. */
export interface Machine {
  readonly host: Host;
  readonly tries: Tries;
  /** How far the caller's rights go; undefined for root of the machine. */
  readonly rootless: Rootless | undefined;
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
  /** Directory of the caller's own cgroup. */
  readonly own: string;
  /** Directory of the cgroup whose controllers containers can have. */
  readonly base: string;
  readonly controllers: readonly string[];
  /** Directory that may not be written to, so that no container gets a cgroup. */
  readonly forbidden: string | undefined;
  /** Mounted v1 hierarchies. */
  readonly v1: readonly MountEntry[];
}

export async function readMachine(host: Host): Promise<Machine> {
  const text = (path: string): string | undefined => attempt(() => host.files.readText(path));
  const rootless = readRootless(host);
  const cgroups = readCgroups(host.files, rootless);
  const tries = parseTries(await host.processes.probe(wanted(host, cgroups)));
  return {
    host,
    tries,
    rootless,
    place: rootless?.kind === 'user' ? 'user namespace' : 'caller',
    cgroups,
    text,
  };
}

/** Tries of what only this side knows the names of. */
function wanted({ self, files }: Host, { root, own }: Cgroups): string[] {
  const tools = ['newuidmap', 'newgidmap'].flatMap((name) => findIdTool(files, name) ?? []);
  return [
    ...(root === undefined ? [] : [`cgroup=${own}`]),
    `socket=${systemdSocket(self)}`,
    ...tools.map((path) => `program=${path}`),
  ];
}

/** Where systemd listens for its own tools, without a bus. */
export function systemdSocket(self: Pick<Host['self'], 'uid' | 'variable'>): string {
  const { uid } = self;
  const runtime = uid === 0 ? '/run' : (self.variable('XDG_RUNTIME_DIR') ?? `/run/user/${uid}`);
  return `${runtime}/systemd/private`;
}

function readCgroups(files: HostFiles, rootless: Rootless | undefined): Cgroups {
  const tree = attempt(() => findCgroupTree(files));
  const v1 = (attempt(() => readMounts(files)) ?? []).filter(({ type }) => type === 'cgroup');
  if (tree === undefined) {
    const layout = v1.length > 0 ? 'v1' : 'none';
    return { root: undefined, layout, own: '', base: '', controllers: [], forbidden: undefined, v1 };
  }
  const { root, hybrid } = tree;
  const own = attempt(() => readOwnCgroup(files)) ?? '/';
  return {
    root,
    layout: hybrid ? 'hybrid' : 'v2',
    own: ownDirectory(files, root, own),
    ...readPlace(files, { root, own }, rootless === undefined ? CGROUP_PARENT : delegatedParent(own)),
    v1,
  };
}

function readPlace(
  files: HostFiles,
  { root, own }: { readonly root: string; readonly own: string },
  parent: string,
): Pick<Cgroups, 'base' | 'controllers' | 'forbidden'> {
  const found = attempt(() => readDelegation(files, { root, own }, `${parent}/ID`));
  if (found === undefined) return { base: root, controllers: [], forbidden: root };
  const { from, missing, controllers } = found;
  return {
    base: directoryOf({ root, path: from }),
    controllers,
    forbidden: missing === undefined ? undefined : directoryOf({ root, path: missing }),
  };
}

/** The path may be one that is not below this mount, where the caller came from another cgroup namespace. */
function ownDirectory(files: HostFiles, root: string, own: string): string {
  const directory = directoryOf({ root, path: own });
  return files.kind(directory) === 'directory' ? directory : root;
}
