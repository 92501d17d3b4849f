import { expect, test } from 'vitest';
import { objectPath, slicePath, unitOf } from '../../../src/cgroup/systemd/units.ts';
import { refusalOf } from '../../support/plan.ts';

test('slice:prefix:name is a scope in the slice', () => {
  expect(unitOf('machine-a.slice:libpod:0123', 'web', false)).toEqual({
    name: 'libpod-0123.scope',
    kind: 'scope',
    slice: 'machine-a.slice',
    path: '/machine.slice/machine-a.slice/libpod-0123.scope',
  });
});

test('the defaults are those of runc, with the name of this runtime', () => {
  expect(unitOf('', 'web', false)).toMatchObject({ name: 'runts-web.scope', slice: 'system.slice' });
  expect(unitOf('', 'web', true)).toMatchObject({ slice: 'user.slice' });
  expect(unitOf(':a:b', 'web', false)).toMatchObject({ name: 'a-b.scope', slice: 'system.slice' });
  expect(unitOf('::b', 'web', false)).toMatchObject({ name: '-b.scope' });
  expect(unitOf('-:a:b', 'web', false)).toMatchObject({ slice: '-.slice', path: '/a-b.scope' });
});

test('an id may hold what a unit may not', () => {
  expect(unitOf('', 'a+b', false).name).toBe('runts-a\\x2bb.scope');
});

test('a name that ends in .slice is a slice of its own', () => {
  expect(unitOf('a.slice:x:a-b.slice', 'web', false)).toEqual({
    name: 'a-b.slice',
    kind: 'slice',
    slice: 'a.slice',
    path: '/a.slice/a-b.slice',
  });
});

test('names that mean something else in a cgroup are set apart as systemd does', () => {
  expect(slicePath('memory.slice')).toBe('/_memory.slice');
  expect(unitOf('a.slice:_x:b', 'web', false).path).toBe('/a.slice/__x-b.scope');
});

test.each([
  [
    '/a/b',
    'expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "/a/b" instead',
  ],
  ['a.slice:b', 'expected cgroupsPath to be of format'],
  ['a.slice:b:c:d', 'expected cgroupsPath to be of format'],
  ['a:b:c', '"a" is no name of a slice unit'],
  ['a/b.slice:b:c', '"a/b.slice" is no name of a slice unit'],
  ['a.slice:b:c d', '"b-c d.scope" is no name of a scope unit'],
  ['a--b.slice:b:c', 'invalid slice name: a--b.slice'],
])('%s is refused', (path, message) => {
  const error = refusalOf(() => unitOf(path, 'web', false));
  expect(error).toMatchObject({ code: 'INVALID_CONFIG', details: { path: '/linux/cgroupsPath' } });
  expect(error.message).toContain(`linux.cgroupsPath: ${message}`);
});

test('the object of a unit', () => {
  expect(objectPath('libpod-0.scope')).toBe('/org/freedesktop/systemd1/unit/libpod_2d0_2escope');
  expect(objectPath('0.scope')).toBe('/org/freedesktop/systemd1/unit/_30_2escope');
});
