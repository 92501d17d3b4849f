import { expect, it } from 'vitest';
import { nodeHost } from '../../src/host/node.ts';
import { encodePlan } from '../../src/plan/encode.ts';
import type { Plan } from '../../src/plan/steps.ts';
import { needs } from '../support/conditions.ts';

const planFor = (name: string): Plan => [
  { kind: 'clone', on: 'host', because: '', namespaces: ['uts'], intoCgroup: false, cgroupOfPid: 0 },
  { kind: 'user', on: 'init', because: '/process/user', uid: 1234, gid: 0, groups: [], setGroups: true },
  { kind: 'hostname', on: 'init', because: '/hostname', name },
];

const execute = (text: string) =>
  nodeHost().processes.execute(text, { stdio: [-1, -1, -1], preserve: [], trace: false });

it.for([
  ['no number', '\x001234\0', '\x001234x\0'],
  ['a number that is too large', '\x001234\0', '\x004294967296\0'],
  ['a list with more items than there are', '\x001234\x000\x000\0', '\x001234\x000\x009\0'],
  ['neither true nor false', '\0true\0', '\0yes\0'],
] as const)('a step with %s is refused, and not run with empty fields', async ([, from, to], context) => {
  needs(context);
  const damaged = encodePlan(planFor('damaged')).replace(from, to);
  expect(await execute(damaged)).toMatchObject({
    ok: false,
    step: 1,
    errno: 'EBADMSG',
    detail: 'this step is damaged',
  });
});

it('a plan with a NUL in a text is refused before anything is done', async (context) => {
  needs(context);
  expect(await execute(encodePlan(planFor('a\0b')))).toMatchObject({
    ok: false,
    step: -1,
    errno: 'EINVAL',
    detail: 'it is damaged, or a text in it has a NUL character',
  });
});
