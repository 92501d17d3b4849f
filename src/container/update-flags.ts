import { RuntsError } from '../errors.ts';
import type { RdtChange } from '../plan/intel-rdt.ts';
import { checkResources } from '../spec/check.ts';
import { formatProblem } from '../spec/problems.ts';
import type { Integer, LinuxResources } from '../spec/types.ts';
import { parseInteger, parseSize } from './size.ts';

/** Values of update's flags by their names; those that were not given are unset. */
export type UpdateFlags = (flag: string) => string | undefined;

type Group = 'memory' | 'cpu' | 'blockIO' | 'pids';
type Reader = (text: string, flag: string) => Integer | string;

const size: Reader = parseSize;
const signed: Reader = (text, flag) => parseInteger(text, flag, true);
const unsigned: Reader = (text, flag) => parseInteger(text, flag, false);
const asIs: Reader = (text) => text;

/** Where each flag goes in linux.resources. */
const FLAGS: readonly (readonly [flag: string, group: Group, property: string, read: Reader])[] = [
  ['blkio-weight', 'blockIO', 'weight', unsigned],
  ['cpu-period', 'cpu', 'period', unsigned],
  ['cpu-quota', 'cpu', 'quota', signed],
  ['cpu-burst', 'cpu', 'burst', unsigned],
  ['cpu-share', 'cpu', 'shares', unsigned],
  ['cpu-rt-period', 'cpu', 'realtimePeriod', unsigned],
  ['cpu-rt-runtime', 'cpu', 'realtimeRuntime', signed],
  ['cpu-idle', 'cpu', 'idle', signed],
  ['cpuset-cpus', 'cpu', 'cpus', asIs],
  ['cpuset-mems', 'cpu', 'mems', asIs],
  ['memory', 'memory', 'limit', size],
  ['memory-reservation', 'memory', 'reservation', size],
  ['memory-swap', 'memory', 'swap', size],
  ['pids-limit', 'pids', 'limit', signed],
];

/** The schemata that the flags ask for. */
export function rdtFromFlags(given: UpdateFlags): RdtChange {
  const l3CacheSchema = given('l3-cache-schema');
  const memBwSchema = given('mem-bw-schema');
  return { ...(l3CacheSchema && { l3CacheSchema }), ...(memBwSchema && { memBwSchema }) };
}

/** The change that the flags ask for, checked as `linux.resources`. */
export function resourcesFromFlags(given: UpdateFlags): LinuxResources {
  const groups: Partial<Record<Group, Record<string, Integer | string>>> = {};
  for (const [flag, group, property, read] of FLAGS) {
    const text = given(flag);
    if (text === undefined || text === '') continue;
    groups[group] = { ...groups[group], [property]: read(text, flag) };
  }
  const checked = checkResources(groups);
  if (checked.ok) return checked.value;
  const problems = checked.problems.map(formatProblem);
  throw new RuntsError('INVALID_ARGUMENT', `update: ${problems[0] ?? 'the resources are not valid'}`, {
    problems,
  });
}

/** True where flags are given that nothing obeys any more. */
export function asksForKernelMemory(given: UpdateFlags): boolean {
  return isGiven(given('kernel-memory')) || isGiven(given('kernel-memory-tcp'));
}

function isGiven(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}
