import type { HostFiles } from '../host/host.ts';
import { CGROUP_PARENT } from '../plan/cgroup.ts';
import type { CgroupFacts, Delegation } from '../plan/facts.ts';
import { isWithin, parentOf } from '../plan/paths.ts';
import { directoryOf, readControllers } from './cgroup-tree.ts';

/** Where a runtime that is not the machine's root puts containers by itself: beside its own cgroup. */
export function delegatedParent(own: string): string {
  if (own.includes('..')) return CGROUP_PARENT;
  return `${parentOf(own) === '/' ? '' : parentOf(own)}${CGROUP_PARENT}`;
}

/** What a runtime that is not the machine's root may do about a container's cgroup, and the controllers that it has there. */
export function readDelegation(
  files: HostFiles,
  { root, own }: Pick<CgroupFacts, 'root'> & { readonly own: string },
  path: string,
): Pick<Delegation, 'from' | 'missing'> & { readonly controllers: readonly string[] } {
  const directory = (cgroup: string): string => directoryOf({ root, path: cgroup });
  const mayWrite = (cgroup: string, file = ''): boolean => files.mayWrite(`${directory(cgroup)}/${file}`);
  const above = ancestors(path).filter((cgroup) => files.exists(directory(cgroup)));
  const nearest = above[0] ?? '/';
  const from = topmost(above, (cgroup) => mayWrite(cgroup) && mayWrite(cgroup, 'cgroup.subtree_control'));
  const controllers = readControllers(files, directory(from ?? nearest));
  if (!mayWrite(nearest)) return { from: nearest, missing: nearest, controllers };
  // cgroup-v2.rst, "Delegation Containment": a process crosses no cgroup that its mover may not write to
  const common = ancestors(path).find((cgroup) => isWithin(own, cgroup));
  const missing = common !== undefined && !mayWrite(common, 'cgroup.procs') ? common : undefined;
  return { from: from ?? nearest, controllers, ...(missing !== undefined && { missing }) };
}

/** The cgroups above one, the nearest first, `/` last. */
function ancestors(path: string): string[] {
  const parent = parentOf(path);
  return parent === '/' ? ['/'] : [parent, ...ancestors(parent)];
}

/** The last of those that follow one another from the first on and pass the test. */
function topmost(cgroups: readonly string[], test: (cgroup: string) => boolean): string | undefined {
  const end = cgroups.findIndex((cgroup) => !test(cgroup));
  return cgroups[(end === -1 ? cgroups.length : end) - 1];
}
