import { describe, expect, it } from 'vitest';
import { RuntsError } from '../../src/index.ts';
import type { Execution, TextOptions } from '../../src/index.ts';
import { needs } from '../support/conditions.ts';
import { runScript, withLibrary } from '../support/library.ts';

async function failure(program: Execution, options?: TextOptions): Promise<RuntsError> {
  const error: unknown = await program.text(options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RuntsError);
  return error as RuntsError;
}

describe('text', () => {
  it('is what the program said, as UTF-8', async (test) => {
    const { program } = await runScript(test, "printf 'gr\\303\\274\\303\\237e\\n'; echo unheard >&2");
    expect(await program.text()).toBe('grüße\n');
  });

  it('fails with the status and the last of standard error where the program does', async (test) => {
    const script = 'echo some; yes complaint | head -c 100000 >&2; echo >&2; echo the last >&2; exit 3';
    const { program } = await runScript(test, script);
    const error = await failure(program);
    expect(error.code).toBe('EXITED');
    expect(error.message).toBe('the program exited with 3: the last');
    expect(error.details.exit).toEqual({ code: 3 });
    expect(error.details.stderr).toMatch(/^[^]{3000,4096}$/);
    expect(error.details.stderr).toMatch(/complaint\n.*\nthe last$/);
  });

  it('names the signal that has ended the program', async (test) => {
    const { program } = await runScript(test, 'echo ready; exec sleep 60');
    const failed = failure(program);
    await program.started;
    program.kill('SIGKILL');
    const error = await failed;
    expect(error.message).toBe('the program was killed by SIGKILL');
    expect(error.details).toMatchObject({ exit: { code: 137, signal: 'SIGKILL' }, stderr: '' });
  });

  it('ends a program that says too much', async (test) => {
    const { program } = await runScript(test, 'while :; do echo more; done');
    const error = await failure(program, { limit: 100_000 });
    expect(error.code).toBe('TOO_LARGE');
    expect(error.message).toBe('standard output is larger than 100000 bytes');
    expect(await program).toEqual({ code: 137, signal: 'SIGKILL' });
  });

  it('of a terminal is all that it shows', async (test) => {
    const { program } = await runScript(test, 'echo out; echo err >&2', {
      terminal: { width: 80, height: 24 },
    });
    expect(await program.text()).toBe('out\nerr\n');
  });

  it('needs a pipe', async (test) => {
    const { program } = await runScript(test, 'echo', 'ignore');
    const error = await failure(program);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: 'text: standard output is no pipe' });
    await program;
  });

  it('fails as the execution itself does', async (test) => {
    needs(test);
    const { runtime, id, directory } = await withLibrary(test, (config) => {
      config.mounts.push({ destination: '/data', source: '/does/not/exist', options: ['bind'] });
    });
    const error = await failure(runtime.run(id, { bundle: directory }));
    expect(error).toMatchObject({ code: 'STEP_FAILED', details: { errno: 'ENOENT' } });
  });
});
