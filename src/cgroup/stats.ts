/**
 * The usage of a cgroup as `events` prints it: the keys, order and omissions of runc's types/events.go, which
 * go-runc and containerd read. Integers beyond 2^53 are bigints: print with formatJson of spec/json-format.ts.
 */
import type { HostFiles } from '../host/host.ts';
import type { Integer } from '../spec/types.ts';
import { nanoseconds, parseCount, parseKeyValues, sum, UNLIMITED } from './events.ts';
import { parsePressure } from './pressure.ts';
import type { Psi } from './pressure.ts';
import { readerOf } from './read.ts';
import type { Read } from './read.ts';

export interface Stats {
  readonly cpu: {
    readonly usage: CpuUsage;
    readonly throttling?: Throttling;
    readonly psi?: Psi;
  };
  /** Of v1 alone: always as here. */
  readonly cpuset: Readonly<Record<string, number>>;
  readonly memory: MemoryStats;
  readonly pids: { readonly current?: Integer; readonly limit?: Integer };
  readonly blkio: BlkioStats;
  /** By page size, such as `2MB`. */
  readonly hugetlb: Readonly<Record<string, HugetlbStats>>;
  readonly intel_rdt: Readonly<Record<string, never>>;
  readonly network_interfaces: null;
}

/** Nanoseconds. */
export interface CpuUsage {
  readonly total?: Integer;
  readonly kernel: Integer;
  readonly user: Integer;
}

export interface Throttling {
  readonly periods?: Integer;
  readonly throttledPeriods?: Integer;
  /** Nanoseconds. */
  readonly throttledTime?: Integer;
}

/** Bytes. */
export interface MemoryEntry {
  readonly limit: Integer;
  readonly usage?: Integer;
  readonly max?: Integer;
  readonly failcnt: Integer;
}

export interface MemoryStats {
  readonly cache?: Integer;
  readonly usage?: MemoryEntry;
  /** Memory and swap together, as v1 counted. */
  readonly swap?: MemoryEntry;
  /** memory.stat. */
  readonly raw?: Readonly<Record<string, Integer>>;
  readonly psi?: Psi;
}

export interface BlkioEntry {
  readonly major?: number;
  readonly minor?: number;
  readonly op: string;
  readonly value?: Integer;
}

export interface BlkioStats {
  readonly ioServiceBytesRecursive?: readonly BlkioEntry[];
  readonly ioServicedRecursive?: readonly BlkioEntry[];
  readonly psi?: Psi;
}

export interface HugetlbStats {
  readonly usage?: Integer;
  readonly failcnt: Integer;
}

/** Reads what there is; a controller that is not enabled gives zeros. Throws {@link HostError} for a gone cgroup. */
export function readStats(files: HostFiles, cgroupDirectory: string): Stats {
  return statsOf(readerOf(files, cgroupDirectory), files.list(cgroupDirectory));
}

/** The files of a cgroup, by their names, that {@link statsOf} reads. */
export function statsFiles(names: readonly string[]): string[] {
  return names.filter((name) => FILES.has(name) || HUGETLB.test(name));
}

const FILES: ReadonlySet<string> = new Set([
  'cgroup.procs',
  ...['cpu.stat', 'cpu.pressure', 'io.stat', 'io.pressure', 'pids.current', 'pids.max'],
  ...['memory.stat', 'memory.pressure', 'memory.current', 'memory.max', 'memory.peak'],
  ...['memory.swap.current', 'memory.swap.max', 'memory.swap.peak'],
]);

const HUGETLB = /^hugetlb\.[^.]+\.(current|rsvd\.current|events)$/;

/** `names`: the files of the cgroup. */
export function statsOf(read: Read, names: readonly string[]): Stats {
  return {
    cpu: cpuStats(read),
    cpuset: CPUSET,
    memory: memoryStats(read),
    pids: pidsStats(read),
    blkio: blkioStats(read),
    hugetlb: hugetlbStats(read, names),
    intel_rdt: {},
    network_interfaces: null,
  };
}

const CPUSET = {
  cpu_exclusive: 0,
  mem_hardwall: 0,
  mem_exclusive: 0,
  memory_migrate: 0,
  memory_spread_page: 0,
  memory_spread_slab: 0,
  memory_pressure: 0,
  sched_load_balance: 0,
  sched_relax_domain_level: 0,
};

function cpuStats(read: Read): Stats['cpu'] {
  const values = parseKeyValues(read('cpu.stat') ?? '');
  const time = (key: string): Integer => nanoseconds(values.get(key) ?? 0);
  const throttling = omitZeros({
    periods: values.get('nr_periods') ?? 0,
    throttledPeriods: values.get('nr_throttled') ?? 0,
    throttledTime: time('throttled_usec'),
  });
  return {
    usage: {
      ...omitZeros({ total: time('usage_usec') }),
      kernel: time('system_usec'),
      user: time('user_usec'),
    },
    ...(Object.keys(throttling).length > 0 && { throttling }),
    ...psi(read, 'cpu.pressure'),
  };
}

function memoryStats(read: Read): MemoryStats {
  const stat = [...parseKeyValues(read('memory.stat') ?? '')].sort(([a], [b]) => (a < b ? -1 : 1));
  const raw = Object.fromEntries(stat);
  const usage = memoryEntry(read, 'memory');
  const swap = usage && withSwap(usage, memoryEntry(read, 'memory.swap'));
  return {
    ...omitZeros({ cache: raw['file'] ?? 0 }),
    ...(usage && { usage: printed(usage) }),
    ...(swap && { swap: printed(swap) }),
    ...(stat.length > 0 && { raw }),
    ...psi(read, 'memory.pressure'),
  };
}

type Counted = { readonly limit: Integer; readonly usage: Integer; readonly max: Integer };

function memoryEntry(read: Read, prefix: string): Counted | undefined {
  const usage = count(read(`${prefix}.current`));
  if (usage === undefined) return undefined;
  return { usage, limit: count(read(`${prefix}.max`)) ?? 0, max: count(read(`${prefix}.peak`)) ?? 0 };
}

/** v2 counts swap apart and v1 together with memory, which clients still expect; a common peak cannot be known. */
function withSwap(memory: Counted, swap: Counted = { limit: 0, usage: 0, max: 0 }): Counted {
  const unlimited = swap.limit === UNLIMITED || memory.limit === UNLIMITED;
  return {
    usage: sum(memory.usage, swap.usage),
    limit: unlimited ? UNLIMITED : sum(memory.limit, swap.limit),
    max: 0,
  };
}

function printed({ limit, usage, max }: Counted): MemoryEntry {
  return { limit, ...omitZeros({ usage, max }), failcnt: 0 };
}

/** No limit is 0 here. Without the controller the processes of the cgroup are counted. */
function pidsStats(read: Read): Stats['pids'] {
  const current = count(read('pids.current'));
  if (current === undefined)
    return omitZeros({ current: (read('cgroup.procs') ?? '').split('\n').length - 1 });
  const limit = count(read('pids.max')) ?? 0;
  return omitZeros({ current, limit: limit === UNLIMITED ? 0 : limit });
}

/** Tables of v1 for the keys of io.stat. */
const IO_KEYS: Readonly<
  Record<string, readonly ['ioServiceBytesRecursive' | 'ioServicedRecursive', string]>
> = {
  rbytes: ['ioServiceBytesRecursive', 'Read'],
  wbytes: ['ioServiceBytesRecursive', 'Write'],
  rios: ['ioServicedRecursive', 'Read'],
  wios: ['ioServicedRecursive', 'Write'],
};

function blkioStats(read: Read): BlkioStats {
  const tables: { [name: string]: BlkioEntry[] } = { ioServiceBytesRecursive: [], ioServicedRecursive: [] };
  for (const line of (read('io.stat') ?? '').split('\n')) {
    const [device = '', ...items] = line.split(' ');
    const numbers = /^(\d+):(\d+)$/.exec(device);
    if (numbers) for (const item of items) addIo(tables, Number(numbers[1]), Number(numbers[2]), item);
  }
  const filled = Object.entries(tables).filter(([, table]) => table.length > 0);
  return { ...Object.fromEntries(filled), ...psi(read, 'io.pressure') };
}

function addIo(tables: { [name: string]: BlkioEntry[] }, major: number, minor: number, item: string): void {
  const [key = '', text = ''] = item.split('=');
  const [table, op] = IO_KEYS[key] ?? [];
  const value = parseCount(text);
  if (table === undefined || op === undefined || value === undefined) return;
  tables[table]?.push({ ...omitZeros({ major, minor }), op, ...omitZeros({ value }) });
}

/** Reservations where the kernel counts them, else faults. */
function hugetlbStats(read: Read, names: readonly string[]): Record<string, HugetlbStats> {
  const sizes = names.flatMap((name) => /^hugetlb\.([^.]+)\.current$/.exec(name)?.[1] ?? []).sort();
  return Object.fromEntries(
    sizes.map((size) => {
      const usage =
        count(read(`hugetlb.${size}.rsvd.current`)) ?? count(read(`hugetlb.${size}.current`)) ?? 0;
      const events = parseKeyValues(read(`hugetlb.${size}.events`) ?? '');
      return [size, { ...omitZeros({ usage }), failcnt: events.get('max') ?? 0 }];
    }),
  );
}

function psi(read: Read, file: string): { psi?: Psi } {
  const text = read(file);
  return text === undefined ? {} : { psi: parsePressure(text) };
}

function count(text: string | undefined): Integer | undefined {
  return text === undefined ? undefined : parseCount(text);
}

/** Go's omitempty: a zero is left out. */
function omitZeros<T extends Readonly<Record<string, Integer>>>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== 0 && value !== 0n),
  ) as Partial<T>;
}
