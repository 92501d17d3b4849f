import { expect, test } from 'vitest';
import * as lifecycle from '../../src/plan/lifecycle.ts';
import { FACTS, HIERARCHY, usualSpec } from '../support/plan.ts';

const CGROUP = { root: '/sys/fs/cgroup', path: '/docker/web' };
const OPEN = { kind: 'cgroup-open', on: 'host', because: '', ...CGROUP, inode: 0, orOfPid: 0 };

test('start, then the poststart hooks with the pid of the process', () => {
  const spec = usualSpec({ hooks: { poststart: [{ path: '/ps' }] } });
  expect(lifecycle.compileStart({ spec, facts: FACTS, pid: 77, cgroup: CGROUP })).toMatchObject([
    OPEN,
    { kind: 'start', on: 'host', directory: '/run/runts/web', name: 'start.sock' },
    { kind: 'hook', on: 'host', phase: 'poststart', pid: 77, because: '/hooks/poststart/0' },
  ]);
});

test('a signal to the process, or SIGKILL to all of the cgroup', () => {
  expect(lifecycle.compileKill({ pid: 77, startTime: 5n }, 15)).toEqual([
    { kind: 'signal', on: 'host', because: '', pid: 77, startTime: 5n, signal: 15 },
  ]);
  expect(lifecycle.compileKillAll(CGROUP)).toEqual([OPEN, { kind: 'cgroup-kill', on: 'host', because: '' }]);
});

test('delete removes the cgroup and leaves its parents, but for our own in a delegated cgroup', () => {
  expect(lifecycle.compileDelete(CGROUP)).toMatchObject([
    { kind: 'cgroup-remove', ...CGROUP, until: '/docker', timeoutMs: 10_000 },
  ]);
  expect(lifecycle.compileDelete({ root: '/c', path: '/web' })).toMatchObject([{ until: '/' }]);
  expect(lifecycle.compileDelete({ root: '/c', path: '/runts/web' })).toMatchObject([{ until: '/runts' }]);
  const delegated = { root: '/c', path: '/user/a/runts/web' };
  expect(lifecycle.compileDelete(delegated, '/user/a/runts')).toMatchObject([{ until: '/user/a' }]);
  expect(lifecycle.compileDelete(undefined)).toEqual([]);
});

test('what acts on a cgroup names the directory that was made, not just its path', () => {
  const known = { ...CGROUP, inode: 2n ** 60n };
  const plans = [
    lifecycle.compileStart({ spec: usualSpec(), facts: FACTS, pid: 77, cgroup: known }),
    lifecycle.compileKillAll(known),
    lifecycle.compileDelete(known),
    lifecycle.compilePause(known),
    lifecycle.compileResume(known),
    lifecycle.compileUpdate({ old: {}, change: {} }, known, HIERARCHY),
  ];
  for (const [first] of plans) expect(first).toMatchObject(known);
});

test('an init that nobody recorded is hung up on', () => {
  expect(lifecycle.compileDismiss(FACTS)).toMatchObject([
    { kind: 'dismiss', on: 'host', directory: '/run/runts/web', name: 'start.sock' },
  ]);
});

test('each poststop hook is a plan of its own', () => {
  const spec = usualSpec({ hooks: { poststop: [{ path: '/a' }, { path: '/b' }] } });
  const plans = lifecycle.compilePoststop({ spec, facts: FACTS });
  expect(plans).toMatchObject([
    [{ kind: 'hook', path: '/a', because: '/hooks/poststop/0' }],
    [{ kind: 'hook', path: '/b' }],
  ]);
  const [hook] = plans[0] ?? [];
  expect(hook).toMatchObject({
    stateHead: '{"ociVersion":"1.3.0","id":"web","status":"stopped","pid":',
    stateTail: ',"bundle":"/bundle"}',
  });
});

test('pause and resume', () => {
  expect(lifecycle.compilePause(CGROUP)).toMatchObject([OPEN, { kind: 'cgroup-freeze', frozen: true }]);
  expect(lifecycle.compileResume(CGROUP)).toMatchObject([OPEN, { kind: 'cgroup-freeze', frozen: false }]);
});

test('update writes what changes to the open cgroup', () => {
  const plan = lifecycle.compileUpdate({ old: {}, change: { pids: { limit: 9 } } }, CGROUP, HIERARCHY);
  expect(plan).toMatchObject([
    OPEN,
    { kind: 'cgroup-write', file: 'pids.max', value: '9', because: '/linux/resources/pids/limit' },
  ]);
});
