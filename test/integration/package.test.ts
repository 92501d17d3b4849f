import { readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { machine } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { scratchDirectory } from '../support/bundle.ts';
import { needs } from '../support/conditions.ts';
import { ROOT, run } from '../support/run.ts';

const COMMAND = join(ROOT, 'bin/runts');
const OF_MACHINE = `runts-${machine()}`;
const unrecorded = 'it is not one of the two entries';

/** The program that the command has become when it does its work. */
async function programOf(context: TestContext, env: Record<string, string>): Promise<string> {
  const file = join(scratchDirectory(context), 'strace');
  const traced = ['-o', file, '-e', 'trace=execve', COMMAND, '--version'];
  expect(await run('strace', traced, { env, unrecorded })).toMatchObject({ status: 0, stderr: '' });
  const done = [...readFileSync(file, 'utf8').matchAll(/^execve\("([^"]+)".* = 0$/gm)];
  return done.at(-1)?.[1] ?? '';
}

describe('the command of the package', () => {
  it('is the standalone executable of the machine, and Node is not started', async (context) => {
    needs(context, 'strace', 'the standalone executable');
    expect(await programOf(context, {})).toBe(join(ROOT, 'dist', OF_MACHINE));
  });

  it('runs on Node where RUNTS_STANDALONE=0 wants it', async (context) => {
    needs(context, 'strace');
    const program = await programOf(context, { RUNTS_STANDALONE: '0' });
    expect(realpathSync(program)).toBe(realpathSync(process.execPath));
  });

  it.for([{}, { RUNTS_STANDALONE: '0' }])(
    'goes by the name of the link that is called (%o)',
    async (env, context) => {
      needs(context);
      const link = join(scratchDirectory(context), 'crun');
      symlinkSync(COMMAND, link);
      const ended = await run(link, ['--version'], { env, unrecorded });
      expect(ended.stdout).toMatch(/^crun version /);
    },
  );

  it('needs nothing of its environment, and no open descriptors', async (context) => {
    needs(context);
    const closed = 'exec env -i "$0" --version >"$1" <&- 2>&-';
    const file = join(scratchDirectory(context), 'said');
    expect(await run('sh', ['-c', closed, COMMAND, file], { unrecorded })).toMatchObject({ status: 0 });
    expect(readFileSync(file, 'utf8')).toMatch(/^runts version /);
  });

  it('lies in what npm packs beside the executables and addons, each under the name of its machine', async (context) => {
    needs(context, 'npm', 'the standalone executable');
    const packed = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { unrecorded });
    const [{ files }] = JSON.parse(packed.stdout) as [{ files: { path: string; mode: number }[] }];
    const executables = files.filter(({ path }) => /^(bin|dist)\/runts/.test(path));
    expect(executables).toContainEqual(expect.objectContaining({ path: 'bin/runts', mode: 0o755 }));
    expect(executables).toContainEqual(expect.objectContaining({ path: `dist/${OF_MACHINE}`, mode: 0o755 }));
    expect(executables.map(({ path }) => path)).toContain(`dist/${OF_MACHINE}.node`);
    // The same executable a second time.
    expect(executables.map(({ path }) => path)).not.toContain('dist/runts');
  });
});
