import { expect, test } from 'vitest';
import { compileExec } from '../../src/plan/exec.ts';
import { compileStart } from '../../src/plan/lifecycle.ts';
import { SPEC_VERSION } from '../../src/spec/default.ts';
import type { Seccomp } from '../../src/spec/types.ts';
import { FACTS, kindsOf, planOf, PROCESS, stepOf, stepsOf, usualSpec } from '../support/plan.ts';

function planWith(seccomp: Seccomp): ReturnType<typeof planOf> {
  return planOf(usualSpec({}, { seccomp }));
}

test('compiled on the host, loaded by init right before execve', () => {
  const plan = planWith({ defaultAction: 'SCMP_ACT_ERRNO' });
  const compile = stepOf(plan, 'seccomp-compile');
  expect(compile).toMatchObject({
    on: 'host',
    cache: '/run/runts/~seccomp',
    defaultErrno: 1,
    architectures: [],
    rules: [],
  });
  expect(stepOf(plan, 'seccomp')).toMatchObject({ on: 'init', slot: compile.slot });
  expect(kindsOf(plan).slice(-4)).toEqual(['close-fds', 'seccomp', 'capabilities-final', 'execve']);
});

test('rules in the words of libseccomp', () => {
  const arg = { index: 0, value: 2n ** 64n - 1n, op: 'SCMP_CMP_MASKED_EQ', valueTwo: 5 } as const;
  const plan = planWith({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 38,
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_MIPSEL64N32'],
    syscalls: [
      { names: ['read', 'write'], action: 'SCMP_ACT_ALLOW' },
      {
        names: ['clone'],
        action: 'SCMP_ACT_TRACE',
        errnoRet: 7,
        args: [arg, { index: 1, value: 3, op: 'SCMP_CMP_EQ' }],
      },
    ],
  });
  expect(stepOf(plan, 'seccomp-compile')).toMatchObject({
    defaultErrno: 38,
    architectures: ['x86_64', 'mipsel64n32'],
    rules: [
      { names: ['read', 'write'], action: 'SCMP_ACT_ALLOW', errno: 1, args: [] },
      {
        names: ['clone'],
        action: 'SCMP_ACT_TRACE',
        errno: 7,
        args: [arg, { index: 1, value: 3, valueTwo: 0, op: 'SCMP_CMP_EQ' }],
      },
    ],
  });
});

const flags = (seccomp: Seccomp): readonly string[] => stepOf(planWith(seccomp), 'seccomp').flags;

test('without the word of the config speculation stays as fast as it is', () => {
  expect(flags({ defaultAction: 'SCMP_ACT_ALLOW' })).toEqual(['SECCOMP_FILTER_FLAG_SPEC_ALLOW']);
  expect(flags({ defaultAction: 'SCMP_ACT_ALLOW', flags: [] })).toEqual([]);
  expect(flags({ defaultAction: 'SCMP_ACT_ALLOW', flags: ['SECCOMP_FILTER_FLAG_LOG'] })).toEqual([
    'SECCOMP_FILTER_FLAG_LOG',
  ]);
});

const NOTIFY: Seccomp = {
  defaultAction: 'SCMP_ACT_ALLOW',
  listenerPath: '/agent',
  listenerMetadata: 'words',
  syscalls: [{ names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' }],
};
const notifying = usualSpec({ annotations: { a: 'b' } }, { seccomp: NOTIFY });

/** The container process state with a pid where init puts its own. */
const stateWith = (parts: readonly string[], pid: number): unknown => JSON.parse(parts.join(String(pid)));

test('run connects to the agent before the clone, and init tells it the state', () => {
  const plan = planOf(notifying, { untilExecuted: true });
  const connect = stepOf(plan, 'connect');
  expect(connect).toMatchObject({ path: '/agent', because: '/linux/seccomp/listenerPath' });
  const { listener, state } = stepOf(plan, 'seccomp');
  expect(listener).toBe(connect.slot);
  expect(stateWith(state, 7)).toEqual({
    ociVersion: SPEC_VERSION,
    fds: ['seccompFd'],
    pid: 7,
    metadata: 'words',
    state: {
      ociVersion: SPEC_VERSION,
      id: 'web',
      status: 'created',
      pid: 7,
      bundle: '/bundle',
      annotations: { a: 'b' },
    },
  });
});

test('after create it is start that connects, so that no agent waits for it', () => {
  const plan = planOf(notifying);
  expect(stepsOf(plan, 'connect')).toEqual([]);
  const start = compileStart({ spec: notifying, facts: FACTS, pid: 7, cgroup: undefined });
  expect(kindsOf(start)).toEqual(['connect', 'start']);
  expect(stepOf(start, 'connect').slot).toBe(stepOf(plan, 'seccomp').listener);
});

test('a process of exec has a connection of its own, and the state is that of the container', () => {
  const facts = { ...FACTS, spec: notifying, pid: 77, startTime: 1, deniesGroups: false, cgroupPath: '/web' };
  const { plan } = compileExec(PROCESS, facts, {});
  const { listener, state } = stepOf(plan, 'seccomp');
  expect(stepOf(plan, 'connect').slot).toBe(listener);
  expect(stateWith(state, 8)).toMatchObject({ pid: 8, state: { pid: 77, status: 'running' } });
});

test('TSYNC and, without an agent, the way of waiting for one are left out', () => {
  const all = [
    'SECCOMP_FILTER_FLAG_TSYNC',
    'SECCOMP_FILTER_FLAG_LOG',
    'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV',
  ] as const;
  expect(flags({ ...NOTIFY, flags: all })).toEqual([all[1], all[2]]);
  expect(flags({ defaultAction: 'SCMP_ACT_ALLOW', flags: all })).toEqual([all[1]]);
});

test('the socket of an agent alone means nothing', () => {
  const plan = planOf(usualSpec({}, { seccomp: { ...NOTIFY, syscalls: [] } }), { untilExecuted: true });
  expect(stepsOf(plan, 'connect')).toEqual([]);
  expect(stepOf(plan, 'seccomp')).toMatchObject({ listener: 0, state: [] });
});
