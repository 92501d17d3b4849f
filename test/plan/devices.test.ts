import { expect, test } from 'vitest';
import { CAPABILITY_NAMES } from '../../src/plan/numbers.ts';
import { planOf, refusalOf, specOf, stepsOf, usualSpec } from '../support/plan.ts';

const DEFAULTS = ['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom', '/dev/tty'];

test('every container has the default devices and the links of /dev', () => {
  const plan = planOf(usualSpec());
  expect(
    stepsOf(plan, 'device').map(({ path, type, major, minor, mode, bind }) => [
      path,
      type,
      major,
      minor,
      mode,
      bind,
    ]),
  ).toEqual([
    ['/dev/null', 'c', 1, 3, 0o666, false],
    ['/dev/zero', 'c', 1, 5, 0o666, false],
    ['/dev/full', 'c', 1, 7, 0o666, false],
    ['/dev/random', 'c', 1, 8, 0o666, false],
    ['/dev/urandom', 'c', 1, 9, 0o666, false],
    ['/dev/tty', 'c', 5, 0, 0o666, false],
  ]);
  expect(stepsOf(plan, 'symlink').map(({ path, target, replace }) => [path, target, replace])).toEqual([
    ['/dev/fd', '/proc/self/fd', false],
    ['/dev/stdin', '/proc/self/fd/0', false],
    ['/dev/stdout', '/proc/self/fd/1', false],
    ['/dev/stderr', '/proc/self/fd/2', false],
    ['/dev/ptmx', 'pts/ptmx', true],
  ]);
});

test("the config's devices follow, in the place of a default of the same path", () => {
  const devices = [
    { path: '/dev/fuse', type: 'c', major: 10, minor: 229, fileMode: 0o100600, uid: 1, gid: 2 },
    { path: '/dev//tty', type: 'c', major: 5, minor: 0, fileMode: 0o620 },
    { path: '/dev/pipe', type: 'p' },
  ] as const;
  const steps = stepsOf(planOf(usualSpec({}, { devices })), 'device');
  expect(steps.map(({ path }) => path)).toEqual([
    ...DEFAULTS.slice(0, -1),
    '/dev/fuse',
    '/dev/tty',
    '/dev/pipe',
  ]);
  expect(steps[5]).toMatchObject({
    major: 10,
    minor: 229,
    mode: 0o600,
    uid: 1,
    gid: 2,
    because: '/linux/devices/0',
  });
  expect(steps[6]).toMatchObject({ mode: 0o620, because: '/linux/devices/1' });
  expect(steps[7]).toMatchObject({ type: 'p', major: 0, minor: 0, mode: 0o666 });
});

test('/dev/ptmx is always the link', () => {
  const devices = [{ path: '/dev/ptmx', type: 'c', major: 5, minor: 2 }] as const;
  expect(stepsOf(planOf(usualSpec({}, { devices })), 'device').map(({ path }) => path)).toEqual(DEFAULTS);
});

const bound = (plan: ReturnType<typeof planOf>): boolean[] => stepsOf(plan, 'device').map(({ bind }) => bind);

test('nodes of the host are bound where none can be made', () => {
  const devices = [{ path: '/dev/pipe', type: 'p' }] as const;
  expect(bound(planOf(specOf(['user', 'mount'], {}, { devices })))).toEqual([
    ...DEFAULTS.map(() => true),
    false,
  ]);
  const grantable = CAPABILITY_NAMES.filter((name) => name !== 'CAP_MKNOD');
  expect(bound(planOf(usualSpec(), {}, { grantable }))).toEqual(DEFAULTS.map(() => true));
});

test('a /dev of the host is not changed', () => {
  const mounts = [{ destination: '/dev/', source: '/dev', options: ['rbind'] }];
  const plan = planOf(usualSpec({ mounts }));
  expect([...stepsOf(plan, 'device'), ...stepsOf(plan, 'symlink')]).toEqual([]);
});

test('a user namespace without a mount namespace has no devices', () => {
  expect(stepsOf(planOf(specOf(['user'])), 'device')).toEqual([]);
  const devices = [{ path: '/dev/fuse', type: 'c', major: 10, minor: 229 }] as const;
  expect(refusalOf(() => planOf(specOf(['user'], {}, { devices }))).details.path).toBe('/linux/devices/0');
});
