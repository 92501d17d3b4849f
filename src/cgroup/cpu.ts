import type { CpuResources, Integer } from '../spec/types.ts';
import { isZero, limitText, RESOURCES, type Setting } from './settings.ts';

const AT = `${RESOURCES}/cpu`;
/** Microseconds; the kernel's default (Documentation/admin-guide/cgroup-v2.rst, cpu.max). */
const DEFAULT_PERIOD = 100_000;
/** The kernel's default (cpu.weight), of 1024 shares, which containerd gives to everything. */
const DEFAULT_WEIGHT = 100;

/**
 * cpu.weight for cpu.shares: quadratic in the logarithm, fitted to minimum, default and maximum of both scales
 * (2 -> 1, 1024 -> 100, 262144 -> 10000), as runc and crun do. 0 (unset) stays 0.
 */
export function weightOfShares(shares: Integer): number {
  if (isZero(shares)) return 0;
  if (shares <= 2) return 1;
  if (shares >= 262_144) return 10_000;
  const log = Math.log2(Number(shares));
  return Math.ceil(10 ** ((log * log + 125 * log) / 612 - 7 / 34));
}

/** `current` is what the cgroup has now, for an update. */
export function cpuSettings(cpu: CpuResources, current: CpuResources = {}): Setting[] {
  return [...weightSettings(cpu), ...bandwidthSettings(cpu, current), ...cpusetSettings(cpu)];
}

/** An idle cgroup has no weight: the kernel refuses one while cpu.idle is 1, and forgets it when it becomes 1. */
function weightSettings({ idle, shares = 0 }: CpuResources): Setting[] {
  const settings: Setting[] = [];
  if (idle !== undefined) settings.push({ ...setting('cpu.idle', String(idle), 'idle'), idle: idle === 0 });
  if (idle !== 1 && !isZero(shares)) {
    const weight = weightOfShares(shares);
    settings.push({ ...setting('cpu.weight', String(weight), 'shares'), idle: weight === DEFAULT_WEIGHT });
  }
  return settings;
}

/**
 * cpu.max and cpu.max.burst. The kernel refuses a burst above the quota at each of the two writes, so a burst above
 * the current quota must follow the new one, and any other goes first.
 */
function bandwidthSettings(cpu: CpuResources, current: CpuResources): Setting[] {
  const max = maxSetting(cpu);
  const burst =
    cpu.burst === undefined
      ? []
      : [{ ...setting('cpu.max.burst', String(cpu.burst), 'burst'), idle: isZero(cpu.burst) }];
  const quotaNow = current.quota ?? 0;
  const quotaFirst = quotaNow > 0 && (cpu.burst ?? 0) > quotaNow;
  return quotaFirst ? [...max, ...burst] : [...burst, ...max];
}

function maxSetting({ quota = 0, period = 0 }: CpuResources): Setting[] {
  if (isZero(quota) && isZero(period)) return [];
  const value = `${limitText(quota) ?? 'max'} ${isZero(period) ? DEFAULT_PERIOD : period}`;
  const because = isZero(quota) ? 'period' : 'quota';
  return [{ ...setting('cpu.max', value, because), idle: !(quota > 0) }];
}

function cpusetSettings({ cpus = '', mems = '' }: CpuResources): Setting[] {
  const settings: Setting[] = [];
  if (cpus !== '')
    settings.push({ controller: 'cpuset', file: 'cpuset.cpus', value: cpus, because: `${AT}/cpus` });
  if (mems !== '')
    settings.push({ controller: 'cpuset', file: 'cpuset.mems', value: mems, because: `${AT}/mems` });
  return settings;
}

function setting(file: string, value: string, key: string): Setting {
  return { controller: 'cpu', file, value, because: `${AT}/${key}` };
}
