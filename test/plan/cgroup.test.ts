import { expect, test } from 'vitest';
import type { Mount, NamespaceType } from '../../src/spec/types.ts';
import { kindsOf, planOf, PROCESS, refusalOf, specOf, stepOf, stepsOf, usualSpec } from '../support/plan.ts';

function pathOf(cgroupsPath?: string): string {
  const linux = cgroupsPath === undefined ? {} : { cgroupsPath };
  return stepOf(planOf(usualSpec({}, linux)), 'cgroup-create').path;
}

test('an absolute path counts from the root of the hierarchy, others from /runts', () => {
  expect(pathOf()).toBe('/runts/web');
  expect(pathOf('')).toBe('/runts/web');
  expect(pathOf('/docker/x/')).toBe('/docker/x');
  expect(pathOf('pods/a')).toBe('/runts/pods/a');
  expect(pathOf('../a')).toBe('/a');
});

test("systemd's form is refused in words", () => {
  const { code, message, details } = refusalOf(() => pathOf('system.slice:docker:abc'));
  expect(code).toBe('UNSUPPORTED');
  expect(message).toContain(
    'linux.cgroupsPath: "system.slice:docker:abc" is a place of systemd (slice:prefix:name)',
  );
  expect(details.hint).toContain('cgroupfs');
  expect(pathOf('/a:b:c')).toBe('/a:b:c');
});

test('limits are written before the clone, that of tasks after the last one', () => {
  const resources = { memory: { limit: 4096 }, pids: { limit: 0 } };
  const direct = planOf(usualSpec({}, { resources }));
  expect(kindsOf(direct, ['cgroup-create', 'cgroup-write', 'cgroup-devices', 'clone'])).toEqual([
    ...['cgroup-create', 'cgroup-write', 'cgroup-devices', 'clone', 'cgroup-write'],
  ]);
  const staged = planOf(specOf(['user', 'mount'], {}, { resources }));
  const kinds = kindsOf(staged);
  expect(kinds.lastIndexOf('cgroup-write')).toBe(kinds.indexOf('fork') + 1);
  expect(stepsOf(staged, 'cgroup-write').at(-1)).toMatchObject({ file: 'pids.max', value: '0' });
});

test('needed controllers are required, the others wanted for statistics', () => {
  const step = stepOf(planOf(usualSpec({}, { resources: { memory: { limit: 4096 } } })), 'cgroup-create');
  expect(step.controllers).toEqual(['memory']);
  expect(step.wanted).toEqual(['cpuset', 'cpu', 'io', 'hugetlb', 'pids', 'rdma', 'misc']);
});

test('there is a device program without any rule of the config, asked for by what would hold one', () => {
  expect(stepOf(planOf(usualSpec()), 'cgroup-devices').because).toBe('/linux');
  const { because } = stepOf(planOf(usualSpec({}, { resources: { devices: [] } })), 'cgroup-devices');
  expect(because).toBe('/linux/resources/devices');
});

test('without cgroups there is none, and no limit', () => {
  const plan = planOf(usualSpec(), {}, { cgroup: undefined });
  expect(kindsOf(plan).filter((kind) => kind.startsWith('cgroup'))).toEqual([]);
  expect(stepOf(plan, 'clone').intoCgroup).toBe(false);
  const limited = usualSpec({}, { resources: { pids: { limit: 5 } } });
  expect(refusalOf(() => planOf(limited, {}, { cgroup: undefined })).details.path).toBe(
    '/linux/resources/pids/limit',
  );
});

const CGROUP_MOUNT: Mount = {
  destination: '/sys/fs/cgroup',
  type: 'cgroup',
  source: 'cgroup',
  options: ['rw'],
};

function ownersOf(namespaces: NamespaceType[], mount: Mount, uid = 5): number[] {
  const process = { ...PROCESS, user: { uid, gid: 0 } };
  return stepsOf(planOf(specOf(namespaces, { process, mounts: [mount] })), 'cgroup-chown').map(
    (step) => step.uid,
  );
}

test('the cgroup is given to the user where he can see it and write to it', () => {
  expect(ownersOf(['mount', 'cgroup'], CGROUP_MOUNT)).toEqual([5]);
  expect(ownersOf(['mount', 'cgroup', 'user'], CGROUP_MOUNT)).toEqual([100_005]);
  expect(ownersOf(['mount', 'cgroup', 'user'], CGROUP_MOUNT, 0)).toEqual([100_000]);
  expect(ownersOf(['mount', 'cgroup'], CGROUP_MOUNT, 0)).toEqual([]);
  expect(ownersOf(['mount'], CGROUP_MOUNT)).toEqual([]);
  expect(ownersOf(['mount', 'cgroup'], { ...CGROUP_MOUNT, options: ['ro'] })).toEqual([]);
  expect(ownersOf(['mount', 'cgroup'], { ...CGROUP_MOUNT, source: 'cgroup2' })).toEqual([]);
  expect(ownersOf(['mount', 'cgroup'], { ...CGROUP_MOUNT, destination: '/sys/fs/cg' })).toEqual([]);
});
