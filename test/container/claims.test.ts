import { expect, it } from 'vitest';
import { ownCgroup } from '../../src/container/claims.ts';
import type { Context } from '../../src/container/context.ts';
import type { Saved } from '../../src/container/saved.ts';
import { memoryHost } from '../support/memory-host.ts';

const CGROUP = { root: '/sys/fs/cgroup', path: '/runts/c1' };

/** What is left of c1, whose creator was killed early, where `other` has recorded the same cgroup. */
function left(foreign: boolean, file = 'state.json'): unknown {
  const host = memoryHost({ foreign: (path) => foreign && path === '/run/runts/other' });
  host.directories.add('/run').add('/run/runts').add('/run/runts/other');
  host.tree.set(`/run/runts/other/${file}`, JSON.stringify({ cgroup: CGROUP }));
  const context = { host, root: '/run/runts', warn: () => {} } as unknown as Context;
  return ownCgroup(context, { id: 'c1', cgroup: CGROUP } as unknown as Saved);
}

it('a cgroup belongs to another container that has recorded it', () => {
  expect(left(false)).toBeUndefined();
});

it('a cgroup belongs to another container that is still being created', () => {
  expect(left(false, 'container.json')).toBeUndefined();
});

it('another user cannot keep a cgroup from being killed and removed by a state of his', () => {
  expect(left(true)).toEqual(CGROUP);
});
