import { parseCgroupEvents } from '../cgroup/events.ts';
import { readerOf } from '../cgroup/read.ts';
import { readStats } from '../cgroup/stats.ts';
import type { Stats } from '../cgroup/stats.ts';
import { RuntsError } from '../errors.ts';
import type { HostFiles } from '../host/host.ts';
import type { Context } from './context.ts';
import { observations } from './observation.ts';
import { openObserver } from './observer.ts';
import type { Saved } from './saved.ts';
import { cgroupDirectory, statusOf } from './status.ts';
import { load, placeOf } from './store.ts';
import { processOf } from './target.ts';

/** As runc prints them. */
export type RuncEvent = RuncStats | { readonly type: 'oom'; readonly id: string };

export interface RuncStats {
  readonly type: 'stats';
  readonly id: string;
  readonly data: Stats;
}

/** @throws {RuntsError} WRONG_STATE for a stopped container, UNSUPPORTED for one without a cgroup. */
export async function statsOnce(context: Context, id: string): Promise<RuncStats> {
  const { directory } = running(context, id);
  return { type: 'stats', id, data: readStats(context.host.files, directory) };
}

/**
 * Statistics after each `interval` (milliseconds), and an oom event when the kernel has killed processes of the container
 * for want of memory; until the container's cgroup is empty or gone.
 */
export async function* events(context: Context, id: string, interval: number): AsyncGenerator<RuncEvent> {
  const { host } = context;
  const { directory, saved } = running(context, id);
  const { wanted, of } = observations(host.files, directory, { interval });
  const observer = openObserver(host, processOf(saved), wanted);
  try {
    for (;;) {
      const notice = await observer.next();
      if (notice === undefined) return;
      const seen = of(notice);
      if (seen.some(({ type }) => type === 'oom')) yield { type: 'oom', id };
      if (!isPopulated(host.files, directory)) return;
      for (const one of seen) if (one.type === 'stats') yield { type: 'stats', id, data: one.stats };
    }
  } finally {
    observer.close();
  }
}

function running(context: Context, id: string): { directory: string; saved: Saved } {
  const { files } = context.host;
  const place = placeOf(context.root, id);
  const saved = load(files, place);
  if (statusOf(files, place, saved) === 'stopped') {
    throw new RuntsError('WRONG_STATE', `container with id ${id} is not running`);
  }
  const directory = cgroupDirectory(saved);
  if (directory !== undefined) return { directory, saved };
  throw new RuntsError('UNSUPPORTED', `container ${id} has no cgroup, which counts what it uses`);
}

function isPopulated(files: HostFiles, directory: string): boolean {
  const text = readerOf(files, directory)('cgroup.events');
  return text !== undefined && parseCgroupEvents(text).populated;
}
