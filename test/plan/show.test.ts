import { expect, test } from 'vitest';
import { planToJson, showPlan } from '../../src/plan/show.ts';
import type { Plan } from '../../src/plan/steps.ts';
import { describeStep } from '../../src/plan/text.ts';
import { planOf, PROCESS, specOf, usualSpec } from '../support/plan.ts';

const PLAN = planOf(
  specOf(
    ['mount'],
    { mounts: [{ destination: '/proc', type: 'proc', options: ['nosuid', 'nodev', 'noexec'] }] },
    { resources: { memory: { limit: 67_108_864 } } },
  ),
);

test('a table: where, number, what, and what asked for it', () => {
  const lines = showPlan(PLAN).split('\n');
  expect(lines[0]).toMatch(/^where {2}step +asked for by$/);
  expect(lines[2]).toMatch(
    /^host {3}2 {3}cgroup write +memory\.max = 67108864 +\/linux\/resources\/memory\/limit$/,
  );
  expect(lines.find((line) => line.includes('/mounts/0'))).toMatch(
    /^init {3}\d+ +mount +proc at \/proc nosuid nodev noexec +\/mounts\/0$/,
  );
  const column = lines[0]?.indexOf('asked for by');
  expect(lines[2]?.indexOf('/linux/resources')).toBe(column);
  expect(lines.at(-1)).toBe('');
  expect(lines).toHaveLength(PLAN.length + 2);
});

test('one line a step, no space at its end, secrets of the environment kept', () => {
  const process = { ...PROCESS, env: ['PASSWORD=swordfish'], args: ['sh', '-c', 'echo "a b"\n'] };
  const shown = showPlan(planOf(usualSpec({ process })));
  expect(shown).not.toContain('swordfish');
  expect(shown).toContain('execve             sh -c "echo \\"a b\\"\\n" (env PASSWORD HOME)');
  expect(shown).not.toMatch(/ $/m);
});

test('an empty plan has its head', () => {
  expect(showPlan([])).toBe('where  step  asked for by\n');
});

test('JSON keeps every field and every digit', () => {
  const process = { ...PROCESS, rlimits: [{ type: 'RLIMIT_CORE', soft: 0, hard: 2n ** 64n - 1n }] } as const;
  const text = planToJson(planOf(usualSpec({ process })));
  expect(text).toContain('"hard":18446744073709551615}');
  const plain = JSON.parse(planToJson(PLAN)) as unknown;
  expect(plain).toEqual(JSON.parse(JSON.stringify(PLAN)));
});

const one = (step: object): string => describeStep({ on: 'init', because: '', ...step } as Plan[number]);

test('sentences', () => {
  expect(one({ kind: 'rlimit', type: 'RLIMIT_CORE', soft: 0, hard: 2n ** 64n - 1n })).toBe(
    'rlimit RLIMIT_CORE = 0 of unlimited',
  );
  expect(one({ kind: 'memory-policy', mode: 'MPOL_BIND', flags: [], nodes: [0, 1, 2, 7] })).toBe(
    'memory policy MPOL_BIND 0-2,7',
  );
  expect(one({ kind: 'root-readonly' })).toBe('root readonly');
  expect(
    one({
      kind: 'cgroup-devices',
      rules: [{ allow: false, type: 'a', major: -1, minor: 3, access: ['r', 'm'] }],
    }),
  ).toBe('cgroup devices -a *:3 rm');
});
