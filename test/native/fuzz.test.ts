import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePlan } from '../../src/plan/encode.ts';
import type { Plan } from '../../src/plan/steps.ts';
import { scratchDirectory } from '../support/bundle.ts';
import { planOf, usualSpec } from '../support/plan.ts';
import { ROOT } from '../support/run.ts';

const PROGRAM = join(ROOT, 'build/fuzz-plan');
/** About two seconds; RUNTS_FULL=1 takes a minute. */
const ROUNDS = process.env['RUNTS_FULL'] === '1' ? 2_000_000 : 60_000;

beforeAll(() => {
  execFileSync('cmake', ['--build', join(ROOT, 'build'), '--target', 'fuzz-plan'], { stdio: 'ignore' });
}, 120_000);

const PLANS: readonly Plan[] = [
  planOf(usualSpec()),
  planOf(
    usualSpec(
      { hostname: 'a', mounts: [{ destination: '/x', source: '/y', options: ['rbind', 'ro'] }] },
      {
        maskedPaths: ['/proc/kcore'],
        sysctl: { 'net.ipv4.ip_forward': '1' },
        resources: { devices: [{ allow: true, type: 'c', major: 1, minor: 3, access: 'rw' }] },
        seccomp: {
          defaultAction: 'SCMP_ACT_ERRNO',
          architectures: ['SCMP_ARCH_X86_64'],
          syscalls: [
            {
              names: ['read', 'write'],
              action: 'SCMP_ACT_ALLOW',
              args: [{ index: 0, value: 1, op: 'SCMP_CMP_EQ' }],
            },
          ],
        },
      },
    ),
  ),
];

describe('the reader of encoded plans', () => {
  it('stays within the bytes, whatever they are', (context) => {
    const scratch = scratchDirectory(context);
    const files = PLANS.map((plan, index) => {
      const file = join(scratch, `plan-${index}`);
      writeFileSync(file, encodePlan(plan));
      return file;
    });
    expect(existsSync(PROGRAM)).toBe(true);
    const ended = spawnSync(PROGRAM, [String(ROUNDS), '1', ...files], { encoding: 'utf8' });
    expect(ended.stderr).toBe('');
    expect(ended.stdout).toMatch(new RegExp(`^${ROUNDS} plans read, sum [1-9]\\d*\\n$`));
    expect(ended.status).toBe(0);
  }, 300_000);
});
