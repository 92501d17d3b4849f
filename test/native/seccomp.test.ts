import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/run.ts';

/** A few seconds; RUNTS_FULL=1 takes a minute. */
const ROUNDS = process.env['RUNTS_FULL'] === '1' ? 2000 : 60;

beforeAll(() => {
  execFileSync('cmake', ['--build', join(ROOT, 'build'), '--target', 'fuzz-seccomp'], { stdio: 'ignore' });
}, 120_000);

describe('a seccomp program that is made shorter', () => {
  it('judges as the one of libseccomp, in fewer instructions', () => {
    const ended = spawnSync(join(ROOT, 'build/fuzz-seccomp'), [String(ROUNDS), '1'], { encoding: 'utf8' });
    expect(ended.stderr).toBe('');
    const [, before, after] = /^(\d+) instructions in (\d+)\n$/.exec(ended.stdout) ?? [];
    expect(Number(before)).toBeGreaterThan(5000);
    expect(Number(after)).toBeLessThan(Number(before) * 0.6);
    expect(ended.status).toBe(0);
  }, 300_000);
});
