import { expect, test } from 'vitest';
import { kindsOf, planOf, PROCESS, stepsOf, usualSpec } from '../support/plan.ts';

test('the host sets them late, but before init has another uid', () => {
  const unlimited = 2n ** 64n - 1n;
  const rlimits = [
    { type: 'RLIMIT_NOFILE', soft: 8, hard: 8 },
    { type: 'RLIMIT_CORE', soft: 0, hard: unlimited },
  ] as const;
  const plan = planOf(usualSpec({ process: { ...PROCESS, rlimits } }));
  expect(
    stepsOf(plan, 'rlimit').map(({ on, type, soft, hard, because }) => [on, type, soft, hard, because]),
  ).toEqual([
    ['host', 'RLIMIT_NOFILE', 8, 8, '/process/rlimits/0'],
    ['host', 'RLIMIT_CORE', 0, unlimited, '/process/rlimits/1'],
  ]);
  const order = ['pivot', 'rlimit', 'rlimit', 'user', 'created'] as const;
  expect(kindsOf(plan, order)).toEqual(order);
});
