import { expect, test } from 'vitest';
import { parseList } from '../../src/plan/lists.ts';
import { kindsOf, planOf, PROCESS, refusalOf, stepOf, usualSpec } from '../support/plan.ts';

test('scheduler and I/O priority', () => {
  const process = {
    ...PROCESS,
    scheduler: {
      policy: 'SCHED_DEADLINE',
      flags: ['SCHED_FLAG_RECLAIM'],
      runtime: 1,
      deadline: 2n,
      period: 3,
    },
    ioPriority: { class: 'IOPRIO_CLASS_BE', priority: 4 },
  } as const;
  const plan = planOf(usualSpec({ process }));
  expect(stepOf(plan, 'scheduler')).toMatchObject({
    ...process.scheduler,
    nice: 0,
    priority: 0,
    because: '/process/scheduler',
  });
  expect(stepOf(plan, 'io-priority')).toMatchObject({
    ...process.ioPriority,
    because: '/process/ioPriority',
  });
  expect(kindsOf(plan, ['pivot', 'scheduler', 'io-priority', 'user'])).toEqual([
    'pivot',
    'scheduler',
    'io-priority',
    'user',
  ]);
});

test('memory policy', () => {
  const memoryPolicy = { mode: 'MPOL_BIND', nodes: '0-2,7', flags: ['MPOL_F_STATIC_NODES'] } as const;
  expect(stepOf(planOf(usualSpec({}, { memoryPolicy })), 'memory-policy')).toMatchObject({
    mode: 'MPOL_BIND',
    flags: ['MPOL_F_STATIC_NODES'],
    nodes: [0, 1, 2, 7],
  });
  const bad = usualSpec({}, { memoryPolicy: { mode: 'MPOL_BIND', nodes: '3-1' } });
  expect(refusalOf(() => planOf(bad)).details.path).toBe('/linux/memoryPolicy/nodes');
});

test('personality; its flags mean nothing', () => {
  const spec = usualSpec({}, { personality: { domain: 'LINUX32', flags: ['X'] } });
  expect(stepOf(planOf(spec), 'personality').domain).toBe('LINUX32');
});

test.each([
  ['', []],
  ['0', [0]],
  ['0-3,7', [0, 1, 2, 3, 7]],
  ['7, 1-2,2', [1, 2, 7]],
  ['1500', [1500]],
  ['a', undefined],
  ['1-', undefined],
  ['-1', undefined],
  ['3-1', undefined],
  ['1,,2', undefined],
])('the list "%s"', (text, expected) => {
  expect(parseList(text)).toEqual(expected);
});
