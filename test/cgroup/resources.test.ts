import { expect, test } from 'vitest';
import { ignoredResources } from '../../src/cgroup/refusals.ts';
import {
  checkedSettings,
  limitsTasks,
  requiredControllers,
  resourceSteps,
} from '../../src/cgroup/resources.ts';
import type { RuntsError } from '../../src/errors.ts';
import type { CgroupFacts } from '../../src/plan/facts.ts';
import type { LinuxResources } from '../../src/spec/types.ts';
import { HIERARCHY, refusalOf } from '../support/plan.ts';

const hybrid: CgroupFacts = {
  root: '/sys/fs/cgroup/unified',
  controllers: ['hugetlb'],
  hybrid: true,
};

/** The writes of a plan as [file, value, pointer below resources]. */
function writes(resources: LinuxResources, cgroup = HIERARCHY): [string, string, string][] {
  return resourceSteps(resources, cgroup).flatMap((step) =>
    step.kind === 'cgroup-write'
      ? [[step.file, step.value, step.because.replace('/linux/resources', '')]]
      : [],
  );
}

function refusal(resources: LinuxResources, cgroup = HIERARCHY): RuntsError {
  return refusalOf(() => resourceSteps(resources, cgroup));
}

test('each property is the pointer of its step', () => {
  const resources: LinuxResources = {
    memory: { limit: 4096, swap: 8192, reservation: 1024 },
    cpu: { shares: 1024, quota: 1000, cpus: '0', mems: '0' },
    pids: { limit: 32 },
    hugepageLimits: [{ pageSize: '2MB', limit: 2 ** 21 }],
    rdma: { 'mlx5/1': { hcaHandles: 3, hcaObjects: 10_000 }, mlx4: { hcaObjects: 1 } },
    unified: { 'memory.high': '2048', 'io.max': '8:0 rbps=1\n8:16 wbps=2\n' },
  };
  expect(writes(resources)).toEqual([
    ['memory.swap.max', '4096', '/memory/swap'],
    ['memory.max', '4096', '/memory/limit'],
    ['memory.low', '1024', '/memory/reservation'],
    ['cpu.weight', '100', '/cpu/shares'],
    ['cpu.max', '1000 100000', '/cpu/quota'],
    ['cpuset.cpus', '0', '/cpu/cpus'],
    ['cpuset.mems', '0', '/cpu/mems'],
    ['hugetlb.2MB.rsvd.max', '2097152', '/hugepageLimits/0'],
    ['hugetlb.2MB.max', '2097152', '/hugepageLimits/0'],
    ['rdma.max', 'mlx5/1 hca_handle=3 hca_object=10000', '/rdma/mlx5~11'],
    ['rdma.max', 'mlx4 hca_object=1', '/rdma/mlx4'],
    ['memory.high', '2048', '/unified/memory.high'],
    ['io.max', '8:0 rbps=1', '/unified/io.max'],
    ['io.max', '8:16 wbps=2', '/unified/io.max'],
    ['pids.max', '32', '/pids/limit'],
  ]);
});

test.each([
  [0, '0'],
  [1, '1'],
  [-1, 'max'],
])('pids.limit %i is %s, after all else', (limit, value) => {
  const steps = resourceSteps(
    { pids: { limit }, memory: { limit: 4096 }, unified: { 'cpu.max': 'max' } },
    HIERARCHY,
  );
  expect(steps.at(-1)).toMatchObject({ file: 'pids.max', value });
  expect(steps.map(limitsTasks)).toEqual([false, false, false, true]);
});

test('pids.max given by name also counts as a limit of tasks', () => {
  const steps = resourceSteps({ unified: { 'pids.max': '7', 'cpu.weight': '5' } }, HIERARCHY);
  expect(steps.map(limitsTasks)).toEqual([false, false, true]);
});

test('no limit needs no controller and no file', () => {
  const resources: LinuxResources = {
    memory: { limit: -1, swap: -1, reservation: -1 },
    cpu: { quota: -1, period: 100_000 },
    pids: { limit: -1 },
  };
  const steps = resourceSteps(resources, hybrid).filter(({ kind }) => kind === 'cgroup-write');
  expect(steps).toHaveLength(5);
  for (const step of steps) expect(step).toMatchObject({ ifMissing: 'skip' });
  expect(requiredControllers(checkedSettings(resources, hybrid))).toEqual([]);
});

test('a limit must find its file, but turning swap off needs no swap accounting', () => {
  expect(resourceSteps({ memory: { limit: 4096, swap: 4096 } }, HIERARCHY)).toMatchObject([
    { file: 'memory.swap.max', value: '0', ifMissing: 'skip' },
    { file: 'memory.max', ifMissing: 'fail' },
    { kind: 'cgroup-devices' },
  ]);
});

test('the controllers that resources need', () => {
  const resources: LinuxResources = {
    memory: { limit: 4096, reservation: 1024 },
    cpu: { shares: 2, mems: '0' },
    unified: { 'cgroup.max.depth': '3', 'misc.max': 'sev 1' },
  };
  const settings = checkedSettings(resources, HIERARCHY);
  expect(requiredControllers(settings)).toEqual(['memory', 'cpu', 'cpuset', 'misc']);
});

test('a controller of v1 is refused in words', () => {
  const error = refusal({ memory: { limit: 4096 }, pids: { limit: 5 } }, hybrid);
  expect(error).toMatchObject({
    code: 'UNSUPPORTED',
    message:
      'linux.resources.memory.limit: the requested cgroup controller `memory` is not available on cgroup v2: it is bound to cgroup v1 on this host',
    details: {
      path: '/linux/resources/memory/limit',
      hint: expect.stringContaining('leave out linux.resources.memory.limit'),
      problems: [expect.stringContaining('memory.limit'), expect.stringContaining('pids.limit')],
    },
  });
});

test('a controller that is not delegated, or unknown, is refused with what there is', () => {
  const some = { ...HIERARCHY, controllers: ['cpu', 'pids'] };
  expect(refusal({ memory: { limit: 4096 } }, some).message).toBe(
    'linux.resources.memory.limit: the requested cgroup controller `memory` is not available on cgroup v2: /sys/fs/cgroup/cgroup.controllers has only cpu pids',
  );
  expect(refusal({ unified: { 'gpu.max': '1' } }, hybrid).message).toBe(
    'linux.resources.unified["gpu.max"]: the requested cgroup controller `gpu` is not available on cgroup v2: /sys/fs/cgroup/unified/cgroup.controllers has only hugetlb',
  );
});

test.each<[LinuxResources, string]>([
  [{ memory: { kernel: 1 } }, 'linux.resources.memory.kernel'],
  [{ memory: { kernelTCP: 1 } }, 'linux.resources.memory.kernelTCP'],
  [{ memory: { swappiness: 0 } }, 'linux.resources.memory.swappiness'],
  [{ memory: { disableOOMKiller: true } }, 'linux.resources.memory.disableOOMKiller'],
  [{ memory: { useHierarchy: false } }, 'linux.resources.memory.useHierarchy'],
  [{ cpu: { realtimeRuntime: 95_000 } }, 'linux.resources.cpu.realtimeRuntime'],
  [{ cpu: { realtimePeriod: 100_000 } }, 'linux.resources.cpu.realtimePeriod'],
  [{ blockIO: { leafWeight: 10 } }, 'linux.resources.blockIO.leafWeight'],
  [
    { blockIO: { weightDevice: [{ major: 8, minor: 0, leafWeight: 10 }] } },
    'linux.resources.blockIO.weightDevice[0].leafWeight',
  ],
  [{ network: { classID: 1 } }, 'linux.resources.network.classID'],
  [{ network: { priorities: [{ name: 'eth0', priority: 1 }] } }, 'linux.resources.network.priorities'],
])('%o changes nothing, and a warning says so of %s', (resources, property) => {
  const [warning, ...more] = ignoredResources(resources);
  expect(warning).toMatch(/: ignored, only cgroup v1 has this: ./);
  expect(warning?.startsWith(`${property}:`)).toBe(true);
  expect(more).toEqual([]);
  expect(resourceSteps(resources, HIERARCHY).map(({ kind }) => kind)).toEqual(['cgroup-devices']);
});

test.each<[LinuxResources, string]>([
  [{ unified: { 'a/b.c': '1' } }, '/linux/resources/unified/a~1b.c'],
  [{ unified: { plain: '1' } }, '/linux/resources/unified/plain'],
])('%o is refused at %s', (resources, path) => {
  expect(refusal(resources)).toMatchObject({ code: 'UNSUPPORTED', details: { path } });
});

test('what clients send without asking for anything is accepted, even without controllers', () => {
  const dockers: LinuxResources = {
    memory: {
      disableOOMKiller: false,
      kernel: 0,
      kernelTCP: -1,
      swappiness: 60,
      useHierarchy: true,
      checkBeforeUpdate: false,
    },
    cpu: { shares: 0, quota: 0, period: 0, realtimeRuntime: 0, realtimePeriod: 0, cpus: '', mems: '' },
    blockIO: { weight: 0, leafWeight: 0, weightDevice: [], throttleReadBpsDevice: [] },
    network: { classID: 0, priorities: [] },
    hugepageLimits: [],
    pids: {},
    rdma: {},
    unified: {},
  };
  expect(resourceSteps(dockers, hybrid).map(({ kind }) => kind)).toEqual(['cgroup-devices']);
  expect(ignoredResources(dockers)).toEqual([]);
});

test('defaults of the kernel are written where their files are, and need no controller', () => {
  const defaults: LinuxResources = {
    memory: { limit: -1, swap: -1, reservation: -1 },
    cpu: { shares: 1024, idle: 0, burst: 0, quota: -1, period: 100_000 },
    pids: { limit: -1 },
  };
  const steps = resourceSteps(defaults, hybrid).filter(({ kind }) => kind === 'cgroup-write');
  expect(
    steps.map((each) => each.kind === 'cgroup-write' && [each.file, each.value, each.ifMissing]),
  ).toEqual([
    ['memory.swap.max', 'max', 'skip'],
    ['memory.max', 'max', 'skip'],
    ['memory.low', 'max', 'skip'],
    ['cpu.idle', '0', 'skip'],
    ['cpu.weight', '100', 'skip'],
    ['cpu.max.burst', '0', 'skip'],
    ['cpu.max', 'max 100000', 'skip'],
    ['pids.max', 'max', 'skip'],
  ]);
  expect(requiredControllers(checkedSettings(defaults, hybrid))).toEqual([]);
  expect(refusal({ cpu: { shares: 512 } }, hybrid).message).toMatch(
    /^linux\.resources\.cpu\.shares: .*`cpu` is not available/,
  );
});

test('device rules keep their order, and the default devices come last', () => {
  const [step] = resourceSteps(
    { devices: [{ allow: false }, { allow: true, type: 'b', major: 8, minor: 0, access: 'wr' }] },
    hybrid,
  );
  if (step?.kind !== 'cgroup-devices') throw new Error('no device program');
  expect(step.because).toBe('/linux/resources/devices');
  expect(step.rules.slice(0, 2)).toEqual([
    { allow: false, type: 'a', major: -1, minor: -1, access: ['r', 'w', 'm'] },
    { allow: true, type: 'b', major: 8, minor: 0, access: ['r', 'w'] },
  ]);
  expect(
    step.rules
      .slice(2)
      .map(({ type, major, minor, access }) => `${type} ${major}:${minor} ${access.join('')}`),
  ).toEqual([
    'c -1:-1 m',
    'b -1:-1 m',
    'c 1:3 rwm',
    'c 1:5 rwm',
    'c 1:7 rwm',
    'c 1:8 rwm',
    'c 1:9 rwm',
    'c 5:0 rwm',
    'c 5:2 rwm',
    'c 136:-1 rwm',
    'c 10:200 rwm',
  ]);
});
