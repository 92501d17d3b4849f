import { expect, test } from 'vitest';
import { CAPABILITY_NAMES } from '../../src/plan/numbers.ts';
import type { Capabilities } from '../../src/spec/types.ts';
import { planOf, PROCESS, specOf, stepOf, stepsOf, usualSpec, warningsOf } from '../support/plan.ts';

const EMPTY = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [], retain: [] };

function specWith(capabilities: Capabilities): ReturnType<typeof usualSpec> {
  return usualSpec({ process: { ...PROCESS, capabilities } });
}

test('no sets, no capabilities', () => {
  expect(stepOf(planOf(usualSpec()), 'capabilities')).toMatchObject({ ...EMPTY, because: '/process' });
  expect(stepOf(planOf(specWith({})), 'capabilities')).toMatchObject({
    ...EMPTY,
    because: '/process/capabilities',
  });
});

test('five sets as they are given, in the order of the kernel', () => {
  const all = ['CAP_SETUID', 'CAP_KILL'];
  const step = stepOf(
    planOf(
      specWith({
        bounding: all,
        effective: all,
        permitted: all,
        inheritable: ['CAP_KILL'],
        ambient: ['CAP_KILL'],
      }),
    ),
    'capabilities',
  );
  expect(step).toMatchObject({
    bounding: ['CAP_KILL', 'CAP_SETUID'],
    effective: ['CAP_KILL', 'CAP_SETUID'],
    permitted: ['CAP_KILL', 'CAP_SETUID'],
    inheritable: ['CAP_KILL'],
    ambient: ['CAP_KILL'],
  });
});

test('what cannot be granted is left out with a warning', () => {
  const spec = specWith({ bounding: ['CAP_KILL', 'CAP_FLY'], permitted: ['CAP_SYS_BOOT'] });
  const facts = { grantable: CAPABILITY_NAMES.filter((name) => name !== 'CAP_SYS_BOOT') };
  expect(stepOf(planOf(spec, {}, facts), 'capabilities')).toMatchObject({
    bounding: ['CAP_KILL'],
    permitted: [],
  });
  expect(warningsOf(spec, facts)).toEqual([
    'process.capabilities: cannot be granted, left out: CAP_SYS_BOOT',
  ]);
});

test('a user namespace grants everything', () => {
  const process = { ...PROCESS, capabilities: { bounding: ['CAP_SYS_ADMIN'] } };
  expect(warningsOf(specOf(['user', 'mount'], { process }), { grantable: [] })).toEqual([]);
});

test('effective stays within permitted, ambient within permitted and inheritable', () => {
  const spec = specWith({
    permitted: ['CAP_KILL'],
    effective: ['CAP_KILL', 'CAP_CHOWN'],
    ambient: ['CAP_KILL'],
  });
  expect(stepOf(planOf(spec), 'capabilities')).toMatchObject({ effective: ['CAP_KILL'], ambient: [] });
  expect(warningsOf(spec)).toEqual([
    'process.capabilities.effective: left out CAP_CHOWN: not permitted',
    "process.capabilities.ambient: can't raise ambient capability CAP_KILL: not permitted and inheritable",
  ]);
});

test('CAP_SYS_ADMIN is kept until the filter is loaded, only where it is needed', () => {
  const seccomp = { defaultAction: 'SCMP_ACT_ALLOW' } as const;
  const kinds = (process: Partial<typeof PROCESS>): [readonly string[], number] => {
    const plan = planOf(usualSpec({ process: { ...PROCESS, ...process } }, { seccomp }));
    return [stepOf(plan, 'capabilities').retain, stepsOf(plan, 'capabilities-final').length];
  };
  expect(kinds({})).toEqual([['CAP_SYS_ADMIN'], 1]);
  expect(kinds({ noNewPrivileges: true })).toEqual([[], 0]);
  const admin = ['CAP_SYS_ADMIN'];
  expect(kinds({ capabilities: { effective: admin, permitted: admin, bounding: admin } })).toEqual([[], 0]);
});
