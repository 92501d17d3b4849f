import { attempt } from '../host/attempt.ts';
import { cgroupParent, cgroupPath } from '../plan/cgroup.ts';
import { getsCgroup } from '../plan/facts.ts';
import type { Facts } from '../plan/facts.ts';
import type { CgroupPlace } from '../plan/lifecycle.ts';
import { parseJson } from '../spec/json.ts';
import type { Spec } from '../spec/types.ts';
import { directoryOf } from './cgroup-tree.ts';
import type { Context } from './context.ts';
import type { Saved } from './saved.ts';
import { containerIds, readUnchecked } from './store.ts';

/**
 * True where the config's cgroup is there already and recorded by another container of this root, which must have
 * stopped: then it has to be made anew, or a delete of that one would end this one.
 */
export function needsFreshCgroup(context: Context, spec: Spec, facts: Facts): boolean {
  // systemd makes the cgroup of each unit anew
  if (!getsCgroup(facts) || facts.systemd !== undefined) return false;
  const path = cgroupPath(spec, facts.id, cgroupParent(facts));
  if (!context.host.files.exists(directoryOf({ root: facts.cgroup.root, path }))) return false;
  return isClaimed(context, facts.id, path);
}

/**
 * The cgroup that commands may act on as the container's. A creator that was killed early has recorded no inode
 * number: then the path is that of whoever else has recorded it.
 */
export function ownCgroup(context: Context, { id, cgroup }: Saved): CgroupPlace | undefined {
  if (cgroup === undefined || cgroup.inode !== undefined) return cgroup;
  return isClaimed(context, id, cgroup.path) ? undefined : cgroup;
}

function isClaimed(context: Context, id: string, path: string): boolean {
  return containerIds(context.host.files, context.root, true).some(
    (other) => other !== id && recordedPath(context, other) === path,
  );
}

/** Without the checks of a load: a state that cannot be read, or is another user's, claims nothing. */
function recordedPath({ host, root }: Context, id: string): string | undefined {
  const { files } = host;
  const directory = `${root}/${id}`;
  const text = attempt(() => (files.isForeign(directory) ? undefined : readUnchecked(files, directory)));
  const result = text === undefined ? undefined : parseJson(text);
  return result?.ok ? (result.value as unknown as Partial<Saved> | null)?.cgroup?.path : undefined;
}
