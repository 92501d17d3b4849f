import { expect, test } from 'vitest';
import type { Seccomp } from '../../src/spec/types.ts';
import { kindsOf, planOf, refusalOf, stepOf, usualSpec } from '../support/plan.ts';

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

test('an agent is not supported; its socket alone means nothing', () => {
  const notify = { names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' } as const;
  const refusal = refusalOf(() =>
    planWith({ defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '/agent', syscalls: [notify] }),
  );
  expect(refusal.code).toBe('UNSUPPORTED');
  expect(refusal.details.path).toBe('/linux/seccomp/syscalls/0/action');
  expect(() => planWith({ defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '/agent' })).not.toThrow();
});
