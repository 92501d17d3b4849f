import { expect, test } from 'vitest';
import { detachRootSteps } from '../../src/plan/root.ts';
import type { RootfsPropagation } from '../../src/spec/types.ts';
import {
  FACTS,
  kindsOf,
  planOf,
  refusalOf,
  specOf,
  stepOf,
  stepsOf,
  usualSpec,
  warningsOf,
} from '../support/plan.ts';

const PIVOTING = ['mount-propagation', 'root', 'root-readonly', 'pivot', 'root-propagation'] as const;

test('the root is a clone over its own directory in a tree of slaves', () => {
  const plan = planOf(usualSpec());
  expect(stepOf(plan, 'mount-propagation')).toMatchObject({ propagation: 'slave', recursive: true });
  expect(stepOf(plan, 'root')).toMatchObject({
    path: '/bundle/rootfs',
    slot: 0,
    inPlace: false,
    parent: 'unchanged',
    because: '/root/path',
  });
  expect(stepOf(plan, 'pivot').how).toBe('pivot');
});

test('an absolute path is taken as it is, a read-only root is made so at the end', () => {
  const plan = planOf(usualSpec({ root: { path: '/images/a', readonly: true } }));
  expect(stepOf(plan, 'root').path).toBe('/images/a');
  expect(kindsOf(plan, [...PIVOTING, 'mask', 'cwd-create'])).toEqual([
    'mount-propagation',
    'root',
    'root-readonly',
    'pivot',
  ]);
});

test.each<[RootfsPropagation, unknown, unknown, string]>([
  ['slave', { propagation: 'slave', recursive: false }, undefined, 'slave'],
  ['rslave', { propagation: 'slave', recursive: true }, undefined, 'unchanged'],
  ['private', { propagation: 'private', recursive: false }, undefined, 'private'],
  ['rprivate', { propagation: 'private', recursive: true }, undefined, 'unchanged'],
  ['shared', undefined, { propagation: 'shared', recursive: false }, 'private'],
  ['rshared', undefined, { propagation: 'shared', recursive: true }, 'private'],
  [
    'unbindable',
    { propagation: 'slave', recursive: true },
    { propagation: 'unbindable', recursive: false },
    'unchanged',
  ],
])('rootfsPropagation %s', (rootfsPropagation, tree, root, parent) => {
  const plan = planOf(usualSpec({}, { rootfsPropagation }));
  expect(stepsOf(plan, 'mount-propagation')).toMatchObject(tree === undefined ? [] : [tree]);
  expect(stepsOf(plan, 'root-propagation')).toMatchObject(root === undefined ? [] : [root]);
  expect(stepOf(plan, 'root').parent).toBe(parent);
});

test('--no-pivot moves the root, which is not safe with private propagation', () => {
  expect(stepOf(planOf(usualSpec(), { noPivot: true }), 'pivot').how).toBe('move');
  const { details } = refusalOf(() =>
    planOf(usualSpec({}, { rootfsPropagation: 'rprivate' }), { noPivot: true }),
  );
  expect(details.path).toBe('/linux/rootfsPropagation');
});

test('without a mount namespace of its own no mount is touched', () => {
  const plan = planOf(specOf(['pid']));
  expect(kindsOf(plan, [...PIVOTING, 'mount', 'bind', 'mask'])).toEqual(['root', 'pivot']);
  expect(stepOf(plan, 'root').inPlace).toBe(true);
  expect(stepOf(plan, 'pivot').how).toBe('chroot');
});

test("what is mounted in the runtime's mount namespace lies on a mount of the container's own", () => {
  const spec = specOf(['pid'], { mounts: [{ destination: '/tmp', type: 'tmpfs' }] });
  const plan = planOf(spec);
  expect(stepOf(plan, 'attach-root')).toMatchObject({
    path: '/bundle/rootfs',
    directory: '/run/runts/web',
    because: '/root/path',
  });
  const order = ['attach-root', 'clone', 'root', 'mount', 'pivot'] as const;
  expect(kindsOf(plan, order)).toEqual([...order]);
  expect(stepOf(plan, 'root')).toMatchObject({ inPlace: true, own: true });
  expect(warningsOf(spec)[0]).toMatch(/^mounts: without a mount namespace/);
  expect(stepOf(detachRootSteps({ spec, facts: FACTS }), 'detach-root').path).toBe('/bundle/rootfs');
  expect(detachRootSteps({ spec: usualSpec(), facts: FACTS })).toEqual([]);
  const readonly = planOf(specOf([], { root: { path: 'rootfs', readonly: true } }));
  expect(kindsOf(readonly, ['attach-root', 'root-readonly'])).toEqual(['attach-root', 'root-readonly']);
});

test('in a mount namespace that is joined init attaches it, and there it stays', () => {
  const namespaces = [{ type: 'mount', path: '/proc/7/ns/mnt' }] as const;
  const spec = specOf([], {}, { namespaces, maskedPaths: ['/proc/kcore'] });
  const plan = planOf(spec);
  expect(kindsOf(plan, ['attach-root', 'join', 'root', 'mask', 'pivot'])).toEqual([
    'join',
    'root',
    'mask',
    'pivot',
  ]);
  expect(stepOf(plan, 'root')).toMatchObject({ inPlace: false, parent: 'unchanged' });
  expect(stepOf(plan, 'pivot').how).toBe('chroot');
  expect(warningsOf(spec)[0]).toBe('linux.maskedPaths: mounts stay in the mount namespace that is joined');
  expect(detachRootSteps({ spec, facts: FACTS })).toEqual([]);
});

test('a user namespace has no rights over mounts outside', () => {
  const spec = specOf(['user'], { mounts: [{ destination: '/a', type: 'tmpfs' }] });
  expect(refusalOf(() => planOf(spec)).message).toBe('mounts: needs a mount namespace');
});

test('with a user namespace its directory is gone to before, as its path may be closed then', () => {
  const order = ['clone', 'root-directory', 'unshare', 'fork', 'root'] as const;
  const plan = planOf(specOf(['user', 'mount']));
  expect(kindsOf(plan, order)).toEqual([...order]);
  expect(stepOf(plan, 'root-directory').path).toBe('/bundle/rootfs');
  expect(stepOf(plan, 'root')).toMatchObject({ reached: true, inPlace: false });
  const joined = planOf(
    specOf(['mount'], {}, { namespaces: [{ type: 'mount' }, { type: 'user', path: '/u' }] }),
  );
  expect(kindsOf(joined, ['root-directory', 'join', 'root'])).toEqual(['root-directory', 'join', 'root']);
  expect(stepOf(planOf(specOf(['user'])), 'root')).toMatchObject({ reached: true, inPlace: true });
  expect(kindsOf(planOf(usualSpec()), ['root-directory'])).toEqual([]);
  expect(stepOf(planOf(usualSpec()), 'root').reached).toBe(false);
});

test('a joined mount namespace has a working directory of its own', () => {
  const namespaces = [
    { type: 'user', path: '/u' },
    { type: 'mount', path: '/m' },
  ] as const;
  const plan = planOf(specOf([], {}, { namespaces }));
  expect(kindsOf(plan, ['root-directory'])).toEqual([]);
  expect(stepOf(plan, 'root').reached).toBe(false);
});
