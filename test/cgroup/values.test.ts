import { expect, test } from 'vitest';
import { blockIOSettings, ioWeight } from '../../src/cgroup/block-io.ts';
import { cpuSettings, weightOfShares } from '../../src/cgroup/cpu.ts';
import { memorySettings } from '../../src/cgroup/memory.ts';
import type { Setting } from '../../src/cgroup/settings.ts';
import type { BlockIOResources, CpuResources, MemoryResources } from '../../src/spec/types.ts';

const files = (settings: Setting[]): [string, string][] => settings.map(({ file, value }) => [file, value]);

/** From the definition in the documentation of runc and crun, by exact integers where the exponent is one. */
test.each([
  [0, 0],
  [1, 1],
  [2, 1],
  [3, 2],
  [10, 4],
  [100, 17],
  [512, 59],
  [1024, 100],
  [1025, 101],
  [2048, 174],
  [262_143, 10_000],
  [262_144, 10_000],
  [2n ** 62n, 10_000],
])('cpu.shares %s is cpu.weight %i', (shares, weight) => {
  expect(weightOfShares(shares)).toBe(weight);
});

test('cpu.weight grows with shares and stays in the range of the kernel', () => {
  let last = 0;
  for (let shares = 2; shares <= 262_144; shares += 97) {
    const weight = weightOfShares(shares);
    expect(weight).toBeGreaterThanOrEqual(Math.max(last, 1));
    last = weight;
  }
  expect(last).toBeLessThanOrEqual(10_000);
});

test.each([
  [10, 1],
  [11, 11],
  [100, 910],
  [500, 4950],
  [999, 9989],
  [1000, 10_000],
])('blockIO.weight %i is io.weight %i', (weight, converted) => {
  expect(ioWeight(weight)).toBe(converted);
});

const GIB = 1024 ** 3;

test.each<[MemoryResources, [string, string][]]>([
  [{}, []],
  [{ limit: 0, swap: 0, reservation: 0 }, []],
  [{ limit: GIB }, [['memory.max', '1073741824']]],
  [
    { limit: GIB, reservation: GIB / 2 },
    [
      ['memory.max', '1073741824'],
      ['memory.low', '536870912'],
    ],
  ],
  [
    { limit: GIB, swap: GIB },
    [
      ['memory.swap.max', '0'],
      ['memory.max', '1073741824'],
    ],
  ],
  [
    { limit: GIB, swap: 2 * GIB },
    [
      ['memory.swap.max', '1073741824'],
      ['memory.max', '1073741824'],
    ],
  ],
  [
    { limit: GIB, swap: -1 },
    [
      ['memory.swap.max', 'max'],
      ['memory.max', '1073741824'],
    ],
  ],
  [
    { limit: -1 },
    [
      ['memory.swap.max', 'max'],
      ['memory.max', 'max'],
    ],
  ],
  [
    { limit: -1, swap: GIB },
    [
      ['memory.swap.max', '1073741824'],
      ['memory.max', 'max'],
    ],
  ],
  [{ swap: -1 }, [['memory.swap.max', 'max']]],
  [
    { limit: 2n ** 60n, swap: 2n ** 60n + 1n },
    [
      ['memory.swap.max', '1'],
      ['memory.max', '1152921504606846976'],
    ],
  ],
])('memory %o', (memory, expected) => {
  expect(files(memorySettings(memory))).toEqual(expected);
});

test.each<[MemoryResources, RegExp]>([
  [{ swap: GIB }, /memory\.swap: needs a memory limit/],
  [{ limit: GIB, swap: 5 }, /memory\.swap: 5 is below the memory limit 1073741824/],
])('memory %o is refused', (memory, message) => {
  expect(() => memorySettings(memory)).toThrow(message);
});

test.each<[CpuResources, CpuResources, [string, string][]]>([
  [{}, {}, []],
  [{ shares: 0, quota: 0, period: 0, cpus: '', mems: '' }, {}, []],
  [{ quota: 50_000 }, {}, [['cpu.max', '50000 100000']]],
  [{ quota: 50_000, period: 20_000 }, {}, [['cpu.max', '50000 20000']]],
  [{ quota: -1, period: 20_000 }, {}, [['cpu.max', 'max 20000']]],
  [{ period: 20_000 }, {}, [['cpu.max', 'max 20000']]],
  [
    { quota: 50_000, burst: 10_000 },
    {},
    [
      ['cpu.max.burst', '10000'],
      ['cpu.max', '50000 100000'],
    ],
  ],
  // each write must keep the burst at or below the quota
  [
    { quota: 90_000, burst: 80_000 },
    { quota: 50_000 },
    [
      ['cpu.max', '90000 100000'],
      ['cpu.max.burst', '80000'],
    ],
  ],
  [
    { quota: 9000, burst: 0 },
    { quota: 50_000, burst: 40_000 },
    [
      ['cpu.max.burst', '0'],
      ['cpu.max', '9000 100000'],
    ],
  ],
  [
    { idle: 0, shares: 1024 },
    {},
    [
      ['cpu.idle', '0'],
      ['cpu.weight', '100'],
    ],
  ],
  [{ idle: 1, shares: 1024 }, {}, [['cpu.idle', '1']]],
  [
    { cpus: '0-3,7', mems: '0' },
    {},
    [
      ['cpuset.cpus', '0-3,7'],
      ['cpuset.mems', '0'],
    ],
  ],
])('cpu %o where the cgroup has %o', (cpu, current, expected) => {
  expect(files(cpuSettings(cpu, current))).toEqual(expected);
});

test('a weight goes to BFQ as it is, and converted to io.weight without it', () => {
  const blockIO: BlockIOResources = {
    weight: 500,
    weightDevice: [
      { major: 8, minor: 0, weight: 1000 },
      { major: 8, minor: 16, weight: 0 },
      { major: 8, minor: 32, leafWeight: 0 },
    ],
  };
  expect(blockIOSettings(blockIO)).toEqual([
    {
      controller: 'io',
      file: 'io.bfq.weight',
      value: '500',
      because: '/linux/resources/blockIO/weight',
      otherwise: { file: 'io.weight', value: '4950' },
    },
    {
      controller: 'io',
      file: 'io.bfq.weight',
      value: '8:0 1000',
      because: '/linux/resources/blockIO/weightDevice/0',
      otherwise: { file: 'io.weight', value: '8:0 10000' },
    },
    {
      controller: 'io',
      file: 'io.bfq.weight',
      value: '8:16 default',
      because: '/linux/resources/blockIO/weightDevice/1',
      otherwise: { file: 'io.weight', value: '8:16 default' },
    },
  ]);
});

test('throttles are one key of io.max each', () => {
  const device = { major: 8, minor: 0 };
  const blockIO: BlockIOResources = {
    throttleReadBpsDevice: [
      { ...device, rate: 600 },
      { major: 8, minor: 16, rate: 0 },
    ],
    throttleWriteBpsDevice: [{ ...device, rate: 2n ** 62n }],
    throttleReadIOPSDevice: [{ ...device, rate: 7 }],
    throttleWriteIOPSDevice: [{ ...device, rate: 300 }],
  };
  expect(files(blockIOSettings(blockIO))).toEqual([
    ['io.max', '8:0 rbps=600'],
    ['io.max', '8:16 rbps=max'],
    ['io.max', '8:0 wbps=4611686018427387904'],
    ['io.max', '8:0 riops=7'],
    ['io.max', '8:0 wiops=300'],
  ]);
});
