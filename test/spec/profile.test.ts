/** What becomes of a spec whose seccomp profile the host may know by its text. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileCreate } from '../../src/plan/create.ts';
import { READER, readFaultless } from '../../src/spec/faultless.ts';
import type { Reader } from '../../src/spec/faultless.ts';
import { profileText } from '../../src/spec/profile.ts';
import type { Seccomp, Spec } from '../../src/spec/types.ts';
import { FACTS, kindsOf, stepOf } from '../support/plan.ts';

const PROFILE =
  '{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}';
const PROGRAM = 7;

const docker = readFileSync(new URL('../../bench/docker.config.json', import.meta.url), 'utf8');

/** A machine that leaves out what it is asked to leave out. */
const machine: Reader = {
  ...READER,
  parse(text, apart) {
    const document = READER.parse(text);
    const { linux } = (document?.value ?? {}) as { linux?: { seccomp?: unknown } };
    if (document === undefined || apart !== '/linux/seccomp' || linux?.seccomp === undefined) return document;
    const section = JSON.stringify(linux.seccomp);
    delete linux.seccomp;
    return { value: document.value, keys: document.keys - keysOf(section) - 1, apart: section };
  },
};

const keysOf = (text: string): number => READER.parse(text)?.keys ?? Number.NaN;

function configWith(profile: string): string {
  const config = JSON.parse(docker) as { linux: { seccomp: unknown } };
  config.linux.seccomp = JSON.parse(profile);
  return JSON.stringify(config);
}

const find = (text: string): number | undefined => (text === PROFILE ? PROGRAM : undefined);

/** As read by a machine that keeps the program of PROFILE. */
function read(profile: string, annotations?: Record<string, string>): Spec {
  const config = { ...(JSON.parse(configWith(profile)) as object), ...(annotations && { annotations }) };
  const spec = readFaultless(JSON.stringify(config), machine, find)?.spec;
  expect(spec).toBeDefined();
  return spec as Spec;
}

const planOf = (spec: Spec) => compileCreate(spec, FACTS, {}).plan;

describe('a profile that is known', () => {
  test('is read when it is asked for', () => {
    const { linux } = read(PROFILE);
    expect(profileText(linux)).toEqual({ text: PROFILE, program: PROGRAM });
    expect(typeof Object.getOwnPropertyDescriptor(linux, 'seccomp')?.get).toBe('function');
    expect(linux?.seccomp).toEqual(JSON.parse(PROFILE));
    expect(linux?.seccomp).toBe(linux?.seccomp);
  });

  test('is in the JSON and in copies of the spec', () => {
    const spec = read(PROFILE);
    expect(JSON.parse(JSON.stringify(spec))).toEqual(JSON.parse(configWith(PROFILE)));
    const linux = { ...read(PROFILE).linux };
    expect(linux.seccomp).toEqual(JSON.parse(PROFILE));
    expect(profileText(linux)).toBeUndefined();
  });

  test('is not read for the plan, which has the kept program where it would compile one', () => {
    const spec = read(PROFILE);
    const plan = planOf(spec);
    expect(typeof Object.getOwnPropertyDescriptor(spec.linux, 'seccomp')?.get).toBe('function');
    expect(stepOf(plan, 'seccomp-kept')).toEqual({
      on: 'host',
      because: '/linux/seccomp',
      kind: 'seccomp-kept',
      slot: 1,
      descriptor: PROGRAM,
    });
    const usual = planOf(JSON.parse(configWith(PROFILE)) as Spec);
    const asUsual = plan.map((step) =>
      step.kind === 'seccomp-kept' ? stepOf(usual, 'seccomp-compile') : step,
    );
    expect(asUsual).toEqual(usual);
  });

  test('is compiled where system calls that are unknown shall be errors', () => {
    const plan = planOf(read(PROFILE, { 'run.oci.seccomp_fail_unknown_syscall': '1' }));
    expect(stepOf(plan, 'seccomp-compile')).toMatchObject({ failUnknown: true, section: '' });
    expect(kindsOf(plan)).not.toContain('seccomp-kept');
  });
});

describe('a profile that is not known', () => {
  const other = PROFILE.replace('read', 'write');

  test('is read as ever, and its program kept by its text', () => {
    const spec = read(other);
    expect(spec).toEqual(JSON.parse(configWith(other)));
    expect(stepOf(planOf(spec), 'seccomp-compile').section).toBe(other);
  });

  test.each<[string, Partial<Seccomp>]>([
    ['with flags', { flags: [] }],
    [
      'with an agent',
      {
        defaultAction: 'SCMP_ACT_ALLOW',
        listenerPath: '/run/agent',
        syscalls: [{ names: ['read'], action: 'SCMP_ACT_NOTIFY' }],
      },
    ],
  ])('%s is not kept: more than the program depends on it', (_, more) => {
    const profile = JSON.stringify({ ...(JSON.parse(PROFILE) as object), ...more });
    expect(stepOf(planOf(read(profile)), 'seccomp-compile').section).toBe('');
  });

  test('is refused as ever', () => {
    for (const faulty of [PROFILE.replace('ALLOW', 'NOTHING'), PROFILE.replace('"names"', '"none"')])
      expect(readFaultless(configWith(faulty), machine, () => undefined)).toBeUndefined();
  });
});

test('a spec that was read in one piece has no text of its profile', () => {
  const spec = readFaultless(docker)?.spec;
  expect(profileText(spec?.linux)).toBeUndefined();
  expect(stepOf(planOf(spec as Spec), 'seccomp-compile').section).toBe('');
});
