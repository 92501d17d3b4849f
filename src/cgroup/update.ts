/** `update`: new resources for a container that runs. */
import type { CgroupFacts } from '../plan/facts.ts';
import type { Step } from '../plan/steps.ts';
import type { CpuResources, Integer, LinuxResources, MemoryResources } from '../spec/types.ts';
import { checkMemoryUsage } from './memory.ts';
import { checkedSettings } from './resources.ts';
import { isZero, writeStep } from './settings.ts';
import type { Setting } from './settings.ts';

type BlockIO = NonNullable<LinuxResources['blockIO']>;

/**
 * The host's steps of an update, on the open cgroup: what `change` names, together with those old values that v2
 * puts into the same file. Devices never change (as in runc: others attach programs of their own meanwhile).
 * `usage` is memory.current in bytes. Throws RuntsError as `resourceSteps` and `checkMemoryUsage` do.
 */
export function updateSteps(...resources: Parameters<typeof updateSettings>): Step[] {
  return updateSettings(...resources).map(writeStep);
}

/** The settings that {@link updateSteps} writes. */
export function updateSettings(
  old: LinuxResources,
  change: LinuxResources,
  cgroup: CgroupFacts,
  usage?: Integer,
): Setting[] {
  const memory = change.memory && touchedMemory(mergeMemory(old.memory ?? {}, change.memory), change.memory);
  const cpu = change.cpu && touchedCpu(mergeCpu(old.cpu ?? {}, change.cpu), change.cpu);
  checkMemoryUsage(memory, usage);
  return checkedSettings({ ...change, ...(memory && { memory }), ...(cpu && { cpu }) }, cgroup, old);
}

/** What the state keeps after an update: the old resources with every value of the change in place. */
export function mergeResources(old: LinuxResources, change: LinuxResources): LinuxResources {
  const {
    devices: _unchanged,
    memory,
    cpu,
    pids,
    blockIO,
    hugepageLimits,
    rdma,
    unified,
    ...others
  } = change;
  return {
    ...old,
    ...others,
    ...(memory && { memory: mergeMemory(old.memory ?? {}, memory) }),
    ...(cpu && { cpu: mergeCpu(old.cpu ?? {}, cpu) }),
    ...(pids && { pids: { ...old.pids, ...pids } }),
    ...(blockIO && { blockIO: mergeBlockIO(old.blockIO ?? {}, blockIO) }),
    ...(hugepageLimits && {
      hugepageLimits: upsert(old.hugepageLimits, hugepageLimits, ({ pageSize }) => pageSize),
    }),
    ...(rdma && { rdma: { ...old.rdma, ...rdma } }),
    ...(unified && { unified: { ...old.unified, ...unified } }),
  };
}

/** Memory without a limit frees swap too, unless the change says otherwise. 0 is unset and leaves the old value. */
function mergeMemory(old: MemoryResources, change: MemoryResources): MemoryResources {
  const merged = { ...old, ...withoutZeros(change) };
  const freed = (change.limit ?? 0) < 0 && isZero(change.swap ?? 0);
  return freed ? { ...merged, swap: -1 } : merged;
}

/** memory.swap.max depends on swap and limit, so a change of one writes both; the reservation stands alone. */
function touchedMemory(merged: MemoryResources, change: MemoryResources): MemoryResources {
  const { limit: _limit, swap: _swap, reservation: _reservation, ...rest } = change;
  const both = !isZero(change.limit ?? 0) || !isZero(change.swap ?? 0);
  return {
    ...rest,
    ...(both && merged.limit !== undefined && { limit: merged.limit }),
    ...(both && merged.swap !== undefined && { swap: merged.swap }),
    ...(change.reservation !== undefined && { reservation: change.reservation }),
  };
}

/** One of quota and period keeps the other. */
function mergeCpu(old: CpuResources, change: CpuResources): CpuResources {
  return { ...old, ...withoutZeros(change) };
}

/** cpu.max holds quota and period; cpu.weight is lost while idle and must come back after it. */
function touchedCpu(merged: CpuResources, change: CpuResources): CpuResources {
  const { quota: _quota, period: _period, shares: _shares, idle: _idle, ...rest } = change;
  const bandwidth = !isZero(change.quota ?? 0) || !isZero(change.period ?? 0);
  const weight = change.idle !== undefined || !isZero(change.shares ?? 0);
  return {
    ...rest,
    ...(bandwidth && merged.quota !== undefined && { quota: merged.quota }),
    ...(bandwidth && merged.period !== undefined && { period: merged.period }),
    ...(weight && merged.shares !== undefined && { shares: merged.shares }),
    ...(weight && merged.idle !== undefined && { idle: merged.idle }),
  };
}

function mergeBlockIO(old: BlockIO, change: BlockIO): BlockIO {
  const merged: { -readonly [K in keyof BlockIO]: BlockIO[K] } = { ...old, ...withoutZeros(change) };
  const { weightDevice, ...lists } = change;
  if (weightDevice) merged.weightDevice = upsert(old.weightDevice, weightDevice, deviceNumber);
  for (const key of THROTTLE_LISTS) {
    const list = lists[key];
    if (list) merged[key] = upsert(old[key], list, deviceNumber);
  }
  return merged;
}

const THROTTLE_LISTS = [
  'throttleReadBpsDevice',
  'throttleWriteBpsDevice',
  'throttleReadIOPSDevice',
  'throttleWriteIOPSDevice',
] as const;

function deviceNumber({ major, minor }: { readonly major: number; readonly minor: number }): string {
  return `${major}:${minor}`;
}

/** Entries of the change in place of old ones of the same key, new ones at the end. */
function upsert<T>(old: readonly T[] = [], change: readonly T[], keyOf: (item: T) => string): T[] {
  const byKey = new Map(old.map((item) => [keyOf(item), item]));
  for (const item of change) byKey.set(keyOf(item), { ...byKey.get(keyOf(item)), ...item });
  return [...byKey.values()];
}

/** Properties that are set: 0 and the empty string stand for unset, save where 0 is a value of its own. */
function withoutZeros<T extends object>(change: T): Partial<T> {
  const kept = Object.entries(change).filter(
    ([key, value]) =>
      key === 'idle' ||
      key === 'burst' ||
      (value !== 0 && value !== 0n && value !== '' && value !== undefined),
  );
  return Object.fromEntries(kept) as Partial<T>;
}
