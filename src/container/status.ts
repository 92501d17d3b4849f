import { attempt } from '../host/attempt.ts';
import type { HostFiles } from '../host/host.ts';
import { directoryOf } from './cgroup-tree.ts';
import { isAlive } from './process-stat.ts';
import { tryLock } from './lock.ts';
import type { Saved } from './saved.ts';
import type { Place } from './store.ts';

export type ContainerStatus = 'creating' | 'created' | 'running' | 'paused' | 'stopped';

/** What a container is doing now, from its process, its cgroup and the socket that it is started by. */
export function statusOf(files: HostFiles, place: Place, saved: Saved): ContainerStatus {
  if (saved.phase === 'creating') return isBeingCreated(files, place) ? 'creating' : 'stopped';
  return statusWithProcess(files, place, saved);
}

/** As {@link statusOf}, for who holds the container's lock: nobody else can be creating it. */
export function statusUnderLock(files: HostFiles, place: Place, saved: Saved): ContainerStatus {
  return saved.phase === 'creating' ? 'stopped' : statusWithProcess(files, place, saved);
}

function statusWithProcess(files: HostFiles, place: Place, saved: Saved): ContainerStatus {
  if (!hasProcess(files, saved)) return 'stopped';
  if (isFrozen(files, saved)) return 'paused';
  if (saved.startSocket !== undefined && files.exists(`${place.directory}/${saved.startSocket}`))
    return 'created';
  return 'running';
}

export function hasProcess(files: HostFiles, { pid, startTime }: Saved): boolean {
  return pid !== undefined && startTime !== undefined && isAlive(files, pid, startTime);
}

/** Absolute path of the container's cgroup. */
export function cgroupDirectory({ cgroup }: Saved): string | undefined {
  return cgroup && directoryOf(cgroup);
}

/** cgroup.freeze is what was asked for this cgroup itself; a frozen parent is not its pause. */
function isFrozen(files: HostFiles, saved: Saved): boolean {
  const directory = cgroupDirectory(saved);
  if (directory === undefined) return false;
  return attempt(() => files.readText(`${directory}/cgroup.freeze`))?.trim() === '1';
}

/** A creator holds the lock until it has recorded the process; where the lock is free, it died on the way. */
function isBeingCreated(files: HostFiles, place: Place): boolean {
  const free = tryLock(files, place);
  free?.release();
  return free === undefined;
}
