/** What a cgroup has used by the end of the container: few files, quickly read. */
import type { HostFiles } from '../host/host.ts';
import { parseKeyValues } from './events.ts';
import { readerOf } from './read.ts';
import type { Read } from './read.ts';

export interface LastStats {
  /** Microseconds of processor time. */
  readonly cpu: { readonly totalUs: number; readonly userUs: number; readonly systemUs: number };
  /** Where the cgroup has the memory controller. */
  readonly memory?: {
    /** Most bytes in use at a time (memory.peak, since Linux 5.19). */
    readonly peak?: number;
    /** Processes that were killed for want of memory. */
    readonly oomKills: number;
  };
  /** Where the cgroup has the pids controller: most processes and threads at a time (pids.peak, since Linux 6.1). */
  readonly pids?: { readonly peak: number };
  /** Where the cgroup has the io controller: of all devices together. */
  readonly io?: IoTotals;
}

export interface IoTotals {
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly reads: number;
  readonly writes: number;
}

export const LAST_FILES = ['cpu.stat', 'memory.events', 'memory.peak', 'pids.peak', 'io.stat'] as const;

/** undefined where the cgroup is gone, or there is none. */
export const readLastStats = (files: HostFiles, directory: string | undefined): LastStats | undefined =>
  directory === undefined ? undefined : lastStatsOf(readerOf(files, directory));

/** undefined where the cgroup is gone. */
export function lastStatsOf(read: Read): LastStats | undefined {
  const cpu = keyValues(read('cpu.stat'));
  if (cpu === undefined) return undefined;
  const memory = memoryOf(read);
  const pids = count(read('pids.peak'));
  const io = read('io.stat');
  return {
    cpu: {
      totalUs: cpu('usage_usec'),
      userUs: cpu('user_usec'),
      systemUs: cpu('system_usec'),
    },
    ...(memory !== undefined && { memory }),
    ...(pids !== undefined && { pids: { peak: pids } }),
    ...(io !== undefined && { io: totalsOf(io) }),
  };
}

function memoryOf(read: Read): LastStats['memory'] {
  const events = keyValues(read('memory.events'));
  if (events === undefined) return undefined;
  const peak = count(read('memory.peak'));
  return { ...(peak !== undefined && { peak }), oomKills: events('oom_kill') };
}

const IO_KEYS = { rbytes: 'readBytes', wbytes: 'writtenBytes', rios: 'reads', wios: 'writes' } as const;

/** Text of io.stat: a line a device, `8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 ...`. */
function totalsOf(text: string): IoTotals {
  const totals = { readBytes: 0, writtenBytes: 0, reads: 0, writes: 0 };
  for (const [, key = '', value] of text.matchAll(/ (rbytes|wbytes|rios|wios)=(\d+)/g)) {
    totals[IO_KEYS[key as keyof typeof IO_KEYS]] += Number(value);
  }
  return totals;
}

function keyValues(text: string | undefined): ((key: string) => number) | undefined {
  if (text === undefined) return undefined;
  const values = parseKeyValues(text);
  return (key) => Number(values.get(key) ?? 0);
}

/** Bytes or processes; undefined for `max`. */
export function count(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  return /^\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}
