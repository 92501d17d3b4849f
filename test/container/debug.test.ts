import { expect, test } from 'vitest';
import { factLines } from '../../src/container/debug.ts';
import { debugPlan, debugSteps } from '../../src/plan/debug.ts';
import { FACTS, planOf, usualSpec } from '../support/plan.ts';

test('facts: who the runtime is, and where cgroups are', () => {
  const lines = factLines({
    ...FACTS,
    uid: 1000,
    grantable: [],
    cgroup: {
      root: '/sys/fs/cgroup/unified',
      controllers: ['hugetlb'],
      hybrid: true,
      delegation: { parent: '/runts', from: '/user', own: '/user' },
    },
  });
  expect(lines).toContain('capabilities to give away: none');
  expect(lines).toContain('cgroups: /sys/fs/cgroup/unified (hybrid) with hugetlb; the runtime is in /user');
  expect(factLines({ ...FACTS, cgroup: undefined })).toContain('cgroups: no v2 hierarchy');
});

test('the plan: its length and the cgroup', () => {
  const plan = planOf(usualSpec({}, { cgroupsPath: '/a/b' }));
  expect(debugPlan(plan)).toMatch(new RegExp(`^plan: ${plan.length} steps, \\d+ of init; cgroup /a/b$`));
});

test('steps: those that ran, in the order in which they began, with their times', () => {
  const plan = planOf(usualSpec());
  const times = plan.flatMap((_, index) =>
    index === 0
      ? [2_000_500, 2_000_900]
      : index === 1
        ? [2_000_000, 2_000_250]
        : index === 2
          ? [2_001_000, 0]
          : [0, 0],
  );
  const [first, second, third, ...more] = debugSteps(plan, times);
  expect(first).toMatch(new RegExp(`^step 2 of ${plan.length}, (host|init), \\+0\\.000 ms, 0\\.250 ms: `));
  expect(second).toMatch(/^step 1 of \d+, host, \+0\.500 ms, 0\.400 ms: cgroup create .* \(\/linux\S*\)$/);
  expect(third).toMatch(/^step 3 of .*, no return: /);
  expect(more).toEqual([]);
});
