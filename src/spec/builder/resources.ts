/** What the builder says of the container's cgroup. */
import { show } from '../problems.ts';
import type { Size } from '../size.ts';
import type { CpuResources, LinuxResources, MemoryResources, Spec } from '../types.ts';
import { given, knownOptions, refusal } from './given.ts';
import { bytes } from './mounts.ts';
import { merged, withLinux, withResources } from './parts.ts';

export interface MemoryOptions {
  /** How much of the swap may be used beside the memory; 0 for none. Default: as much as there is. */
  readonly swap?: Size | 'unlimited';
  /** What is kept for the container when the machine runs short (memory.low). */
  readonly reservation?: Size;
}

export function setMemory(spec: Spec, limit: Size | 'unlimited', options: MemoryOptions): Spec {
  knownOptions('memory', options, ['swap', 'reservation']);
  const most = limit === 'unlimited' ? -1 : bytes('memory', limit);
  const { reservation, swap } = options;
  const memory: MemoryResources = {
    limit: most,
    ...(reservation !== undefined && { reservation: bytes('memory: reservation', reservation) }),
    ...(swap !== undefined && { swap: withSwap(most, swap) }),
  };
  return withResources(spec, { memory: given('memory', ['linux', 'resources', 'memory'], memory) });
}

/** The specification counts memory and swap together. */
function withSwap(limit: number, swap: Size | 'unlimited'): number {
  if (swap === 'unlimited') return -1;
  if (limit === -1) throw refusal('memory', `swap ${show(swap)} needs a limit of the memory`, 'a size');
  return limit + (Number(swap) === 0 ? 0 : bytes('memory: swap', swap));
}

/** Microseconds; also the kernel's own default. */
const PERIOD = 100_000;
/** Microseconds; the kernel takes no shorter quota (kernel/sched/core.c). */
const LEAST_QUOTA = 1000;

export function setCpus(spec: Spec, cpus: number | 'unlimited'): Spec {
  if (cpus === 'unlimited') return withCpu(spec, 'cpus', { quota: -1, period: PERIOD });
  const quota = typeof cpus === 'number' ? Math.round(cpus * PERIOD) : Number.NaN;
  if (!Number.isSafeInteger(quota) || quota < LEAST_QUOTA)
    throw refusal('cpus', `${show(cpus)} is no number of processors`, '0.01 or more, such as 1.5');
  return withCpu(spec, 'cpus', { quota, period: PERIOD });
}

/** The specification lets 0 stand for unset; here that is not to call it. */
export function setCpuShares(spec: Spec, shares: number): Spec {
  if (!Number.isInteger(shares) || shares < 2 || shares > 262_144)
    throw refusal(
      'cpuShares',
      `${show(shares)} is no share`,
      'an integer from 2 to 262144, of which 1024 is usual',
    );
  return withCpu(spec, 'cpuShares', { shares });
}

export interface CpusetOptions {
  /** Memory nodes, such as `0-1`. */
  readonly mems?: string;
}

export function setCpuset(spec: Spec, cpus: string, options: CpusetOptions): Spec {
  knownOptions('cpuset', options, ['mems']);
  return withCpu(spec, 'cpuset', { cpus, ...options });
}

function withCpu(spec: Spec, method: string, part: CpuResources): Spec {
  const cpu = given(method, ['linux', 'resources', 'cpu'], { ...spec.linux?.resources?.cpu, ...part });
  return withResources(spec, { cpu });
}

export function setPids(spec: Spec, limit: number | 'unlimited'): Spec {
  const most = limit === 'unlimited' ? -1 : limit;
  if (!Number.isSafeInteger(most) || (limit !== 'unlimited' && most < 1))
    throw refusal('pids', `${show(limit)} is no number of tasks`, `an integer from 1, or 'unlimited'`);
  return withResources(spec, { pids: { limit: most } });
}

/** Files of cgroup v2 by name; undefined takes one away again. */
export type UnifiedFiles = Readonly<Record<string, string | undefined>>;

export function setUnified(spec: Spec, files: UnifiedFiles): Spec {
  const unified: LinuxResources['unified'] = merged(spec.linux?.resources?.unified ?? {}, files);
  return withResources(spec, { unified: given('unified', ['linux', 'resources', 'unified'], unified) });
}

export function setCgroup(spec: Spec, path: string): Spec {
  return withLinux(spec, { cgroupsPath: given('cgroup', ['linux', 'cgroupsPath'], path) });
}
