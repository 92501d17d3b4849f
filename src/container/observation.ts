/** What the files of a container's cgroup tell when they change, and its process by its end, in words. */
import { parseCgroupEvents, parseMemoryEvents } from '../cgroup/events.ts';
import { count, LAST_FILES, lastStatsOf } from '../cgroup/last-stats.ts';
import type { LastStats } from '../cgroup/last-stats.ts';
import { parsePressure, pressureFile, triggerOf } from '../cgroup/pressure.ts';
import type { Psi, PressureResource, PressureThreshold } from '../cgroup/pressure.ts';
import { readerOf, readerOfTexts } from '../cgroup/read.ts';
import type { Read } from '../cgroup/read.ts';
import { statsFiles, statsOf } from '../cgroup/stats.ts';
import type { Stats } from '../cgroup/stats.ts';
import type { HostFiles, ObserverNotice, ObserveOptions } from '../host/host.ts';

export type Observation =
  | { readonly type: 'oom'; readonly kills: number; readonly memory: MemoryLimit }
  | { readonly type: 'pause' | 'resume' }
  | { readonly type: 'stats'; readonly stats: Stats }
  | ({ readonly type: 'pressure'; readonly resource: PressureResource } & Psi)
  /** The process has ended; no statistics where the cgroup was gone by then. */
  | { readonly type: 'end'; readonly stats?: LastStats };

/** Bytes. */
export interface MemoryLimit {
  /** memory.max; unset where there is no limit. */
  readonly max?: number;
  /** memory.peak, since Linux 5.19. */
  readonly peak?: number;
}

export interface ObservationOptions {
  /** Milliseconds between statistics; unset: none. */
  readonly interval?: number;
  readonly pressure?: Readonly<Partial<Record<PressureResource, PressureThreshold>>>;
}

export interface Observations {
  readonly wanted: Omit<ObserveOptions, 'pidfd'>;
  /** What a notice means after those before it. */
  readonly of: (notice: ObserverNotice) => Observation[];
}

const AT_END = [...LAST_FILES, 'memory.max'];

/** `directory`: the container's cgroup, if it has one. */
export function observations(
  files: HostFiles,
  directory: string | undefined,
  { interval, pressure = {} }: ObservationOptions,
): Observations {
  if (directory === undefined)
    return { wanted: {}, of: ({ of }) => (of === 'process' ? [{ type: 'end' }] : []) };
  const atInterval = interval === undefined ? [] : statsFiles(files.list(directory));
  const thresholds = Object.entries(pressure) as [PressureResource, PressureThreshold][];
  return {
    wanted: {
      cgroup: directory,
      files: ['memory.events oom_kill', 'cgroup.events populated frozen'],
      pressures: thresholds.map(
        ([resource, threshold]) => `${pressureFile(resource)} ${triggerOf(threshold)}`,
      ),
      ...(interval !== undefined && { interval, atInterval }),
      atEnd: AT_END,
    },
    of: reader(readerOf(files, directory), atInterval),
  };
}

/** Counts and states are told by what they were before; the first that is seen is how it was at the beginning. */
function reader(read: Read, atInterval: readonly string[]): Observations['of'] {
  const oom = oomSince();
  const freezing = freezingSince();
  return ({ of, name, texts }) => {
    if (of === 'interval')
      return [{ type: 'stats', stats: statsOf(readerOfTexts(atInterval, texts), atInterval) }];
    if (of === 'process') return atEnd(oom, readerOfTexts(AT_END, texts));
    const text = texts[0] ?? '';
    if (of === 'pressure') return [pressureOf(name, text)];
    return name === 'cgroup.events' ? freezing(text) : oom(text, read);
  };
}

type Oom = (text: string | undefined, read: Read) => Observation[];

function oomSince(): Oom {
  let before: number | undefined;
  return (text, read) => {
    if (text === undefined) return [];
    const kills = Number(parseMemoryEvents(text).oomKill);
    const more = kills - (before ?? kills);
    before = kills;
    return more > 0 ? [{ type: 'oom', kills: more, memory: limitOf(read) }] : [];
  };
}

function limitOf(read: Read): MemoryLimit {
  const max = count(read('memory.max'));
  const peak = count(read('memory.peak'));
  return { ...(max !== undefined && { max }), ...(peak !== undefined && { peak }) };
}

function freezingSince(): (text: string) => Observation[] {
  let before: boolean | undefined;
  return (text) => {
    const { frozen } = parseCgroupEvents(text);
    const changed = frozen !== (before ?? frozen);
    before = frozen;
    return changed ? [{ type: frozen ? 'pause' : 'resume' }] : [];
  };
}

/** A kill that was the end of the process may be told by its end alone. */
function atEnd(oom: Oom, read: Read): Observation[] {
  const stats = lastStatsOf(read);
  return [...oom(read('memory.events'), read), { type: 'end', ...(stats !== undefined && { stats }) }];
}

function pressureOf(name: string, text: string): Observation {
  return {
    type: 'pressure',
    resource: name.slice(0, name.indexOf('.')) as PressureResource,
    ...parsePressure(text),
  };
}
