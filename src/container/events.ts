import { parseCgroupEvents, parseMemoryEvents } from '../cgroup/events.ts';
import { readStats } from '../cgroup/stats.ts';
import type { Stats } from '../cgroup/stats.ts';
import { RuntsError } from '../errors.ts';
import { attempt } from '../host/attempt.ts';
import type { HostFiles } from '../host/host.ts';
import type { Context } from './context.ts';
import { cgroupDirectory, statusOf } from './status.ts';
import { load, placeOf } from './store.ts';

export type ContainerEvent = StatsEvent | { readonly type: 'oom'; readonly id: string };

export interface StatsEvent {
  readonly type: 'stats';
  readonly id: string;
  readonly data: Stats;
}

/** How often memory.events and cgroup.events are read. */
const POLL_MS = 1000;

/** @throws {RuntsError} WRONG_STATE for a stopped container, UNSUPPORTED for one without a cgroup. */
export async function statsOnce(context: Context, id: string): Promise<StatsEvent> {
  const directory = runningCgroup(context, id);
  return { type: 'stats', id, data: readStats(context.host.files, directory) };
}

/**
 * Statistics after each `interval` (milliseconds), and an oom event for each poll in which the kernel killed a process
 * of the container for want of memory; until the container's cgroup is empty or gone.
 */
export async function* events(
  context: Context,
  id: string,
  interval: number,
): AsyncGenerator<ContainerEvent> {
  const { files, self } = context.host;
  const directory = runningCgroup(context, id);
  let kills = oomKills(files, directory);
  let next = self.now() / 1000 + interval;
  for (;;) {
    await self.sleep(Math.max(1, Math.min(POLL_MS, next - self.now() / 1000)));
    const later = oomKills(files, directory);
    if (later > kills) yield { type: 'oom', id };
    kills = later > kills ? later : kills;
    if (!isPopulated(files, directory)) return;
    if (self.now() / 1000 < next) continue;
    next += interval;
    yield { type: 'stats', id, data: readStats(files, directory) };
  }
}

function runningCgroup(context: Context, id: string): string {
  const { files } = context.host;
  const place = placeOf(context.root, id);
  const saved = load(files, place);
  if (statusOf(files, place, saved) === 'stopped') {
    throw new RuntsError('WRONG_STATE', `container with id ${id} is not running`);
  }
  const directory = cgroupDirectory(saved);
  if (directory !== undefined) return directory;
  throw new RuntsError('UNSUPPORTED', `container ${id} has no cgroup, which counts what it uses`);
}

/** 0 without the memory controller. */
function oomKills(files: HostFiles, directory: string): number {
  const text = readIfThere(files, `${directory}/memory.events`);
  return text === undefined ? 0 : Number(parseMemoryEvents(text).oomKill);
}

function isPopulated(files: HostFiles, directory: string): boolean {
  const text = readIfThere(files, `${directory}/cgroup.events`);
  return text !== undefined && parseCgroupEvents(text).populated;
}

function readIfThere(files: HostFiles, path: string): string | undefined {
  return attempt(() => files.readText(path), 'ENOENT', 'ENODEV');
}
