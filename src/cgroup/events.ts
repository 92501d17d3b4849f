/** Files of `key value` lines: memory.events, cgroup.events, cpu.stat, memory.stat. */
import type { Integer } from '../spec/types.ts';

export interface MemoryEvents {
  /** Times that the usage reached memory.max and an allocation was about to fail. */
  readonly oom: Integer;
  /** Tasks of the cgroup killed by any out-of-memory killer; `events` reports an oom when it grows. */
  readonly oomKill: Integer;
}

export interface CgroupEvents {
  /** False once the cgroup and all below it have no live process. */
  readonly populated: boolean;
  readonly frozen: boolean;
}

/** Text of memory.events. Keys that a kernel has not yet count 0. */
export function parseMemoryEvents(text: string): MemoryEvents {
  const values = parseKeyValues(text);
  return { oom: values.get('oom') ?? 0, oomKill: values.get('oom_kill') ?? 0 };
}

/** Text of cgroup.events. */
export function parseCgroupEvents(text: string): CgroupEvents {
  const values = parseKeyValues(text);
  return { populated: values.get('populated') === 1, frozen: values.get('frozen') === 1 };
}

/** Lines that are not `key number` are left out. */
export function parseKeyValues(text: string): Map<string, Integer> {
  const values = new Map<string, Integer>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    const value = space > 0 ? parseCount(line.slice(space + 1)) : undefined;
    if (value !== undefined) values.set(line.slice(0, space), value);
  }
  return values;
}

/** 2^64 - 1, which stands for `max` in what `events` prints. */
export const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/** A count or `max`, exact; negative ones, which some kernels' counters show for a moment, are 0. */
export function parseCount(text: string): Integer | undefined {
  const trimmed = text.trim();
  if (trimmed === 'max') return UNLIMITED;
  if (!/^-?\d+$/.test(trimmed)) return undefined;
  const value = Number(trimmed);
  if (value < 0) return 0;
  return Number.isSafeInteger(value) ? value : BigInt(trimmed);
}

/** Sum of two counts, exact. */
export function sum(a: Integer, b: Integer): Integer {
  return narrow(BigInt(a) + BigInt(b));
}

/** Microseconds as nanoseconds, exact. */
export function nanoseconds(microseconds: Integer): Integer {
  return narrow(BigInt(microseconds) * 1000n);
}

function narrow(value: bigint): Integer {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
