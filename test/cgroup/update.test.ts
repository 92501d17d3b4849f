import { describe, expect, test } from 'vitest';
import { mergeResources, updateSteps } from '../../src/cgroup/update.ts';
import type { CgroupFacts } from '../../src/plan/facts.ts';
import type { LinuxResources } from '../../src/spec/types.ts';

const cgroup: CgroupFacts = {
  root: '/sys/fs/cgroup',
  controllers: ['cpuset', 'cpu', 'io', 'memory', 'pids'],
  hybrid: false,
};

function writes(old: LinuxResources, change: LinuxResources): [string, string][] {
  return updateSteps(old, change, cgroup).map((step) =>
    step.kind === 'cgroup-write' ? [step.file, step.value] : [step.kind, ''],
  );
}

test.each<[string, LinuxResources, LinuxResources, [string, string][]]>([
  [
    'a quota keeps the period',
    { cpu: { quota: 1, period: 50_000 } },
    { cpu: { quota: 2000 } },
    [['cpu.max', '2000 50000']],
  ],
  [
    'a period keeps the quota',
    { cpu: { quota: 3000, period: 50_000 } },
    { cpu: { period: 20_000 } },
    [['cpu.max', '3000 20000']],
  ],
  ['zeros change nothing', { cpu: { quota: 3000 } }, { cpu: { quota: 0, period: 0, shares: 0 } }, []],
  ['shares alone', { cpu: { quota: 3000 } }, { cpu: { shares: 1024 } }, [['cpu.weight', '100']]],
  [
    'the end of idle brings the weight back',
    { cpu: { shares: 1024, idle: 1 } },
    { cpu: { idle: 0 } },
    [
      ['cpu.idle', '0'],
      ['cpu.weight', '100'],
    ],
  ],
  ['idle drops the weight', { cpu: { shares: 1024 } }, { cpu: { idle: 1 } }, [['cpu.idle', '1']]],
  [
    'a higher burst follows its quota',
    { cpu: { quota: 1000 } },
    { cpu: { quota: 5000, burst: 2000 } },
    [
      ['cpu.max', '5000 100000'],
      ['cpu.max.burst', '2000'],
    ],
  ],
  [
    'a limit moves the part of swap',
    { memory: { limit: 100, swap: 300 } },
    { memory: { limit: 200 } },
    [
      ['memory.swap.max', '100'],
      ['memory.max', '200'],
    ],
  ],
  [
    'swap alone',
    { memory: { limit: 100, swap: 300 } },
    { memory: { swap: 150 } },
    [
      ['memory.swap.max', '50'],
      ['memory.max', '100'],
    ],
  ],
  [
    'no limit frees swap',
    { memory: { limit: 100, swap: 300 } },
    { memory: { limit: -1 } },
    [
      ['memory.swap.max', 'max'],
      ['memory.max', 'max'],
    ],
  ],
  [
    'a reservation alone',
    { memory: { limit: 100, swap: 300 } },
    { memory: { reservation: 50 } },
    [['memory.low', '50']],
  ],
  ['pids', { pids: { limit: 5 } }, { pids: { limit: -1 } }, [['pids.max', 'max']]],
  [
    'other values stay unwritten',
    { memory: { limit: 100 }, unified: { 'memory.high': '50' } },
    { pids: { limit: 9 } },
    [['pids.max', '9']],
  ],
  ['devices never change', {}, { devices: [{ allow: true }] }, []],
])('update: %s', (_name, old, change, expected) => {
  expect(writes(old, change)).toEqual(expected);
});

test('a limit above the old sum with swap is refused', () => {
  expect(() => writes({ memory: { limit: 100, swap: 300 } }, { memory: { limit: 400 } })).toThrow(
    /memory\.swap: 300 is below/,
  );
});

const update = (limit: number, usage?: number) =>
  updateSteps({}, { memory: { limit, checkBeforeUpdate: true } }, cgroup, usage);

describe('checkBeforeUpdate', () => {
  test('refuses a limit at or below the usage', () => {
    expect(() => update(4096, 4096)).toThrow(
      'linux.resources.memory.limit: rejecting memory limit 4096: 4096 bytes are in use',
    );
  });

  test('passes above it, without a limit, and where the usage is unknown', () => {
    for (const steps of [update(4097, 4096), update(-1, 4096), update(1)])
      expect(steps.length).toBeGreaterThan(0);
  });
});

test('the state keeps old values beside new ones', () => {
  const old: LinuxResources = {
    devices: [{ allow: false }],
    memory: { limit: 100, swap: 300, reservation: 10 },
    cpu: { quota: 1000, period: 5000, shares: 5, cpus: '0' },
    blockIO: { weight: 100, throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1 }] },
    hugepageLimits: [{ pageSize: '2MB', limit: 1 }],
    unified: { 'memory.high': '1' },
  };
  const change: LinuxResources = {
    devices: [{ allow: true }],
    memory: { limit: -1 },
    cpu: { quota: 2000, shares: 0, cpus: '' },
    pids: { limit: 0 },
    blockIO: {
      weight: 0,
      throttleReadBpsDevice: [
        { major: 8, minor: 0, rate: 0 },
        { major: 8, minor: 16, rate: 2 },
      ],
    },
    hugepageLimits: [{ pageSize: '1GB', limit: 0 }],
    unified: { 'cpu.weight': '2' },
  };
  expect(mergeResources(old, change)).toEqual({
    devices: [{ allow: false }],
    memory: { limit: -1, swap: -1, reservation: 10 },
    cpu: { quota: 2000, period: 5000, shares: 5, cpus: '0' },
    pids: { limit: 0 },
    blockIO: {
      weight: 100,
      throttleReadBpsDevice: [
        { major: 8, minor: 0, rate: 0 },
        { major: 8, minor: 16, rate: 2 },
      ],
    },
    hugepageLimits: [
      { pageSize: '2MB', limit: 1 },
      { pageSize: '1GB', limit: 0 },
    ],
    unified: { 'memory.high': '1', 'cpu.weight': '2' },
  });
});
