import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { outputFile, running, withLibrary } from '../support/library.ts';
import type { Report } from '../support/report.ts';

const INSPECT = '/bin/inspect';

describe('exec', () => {
  it('runs a further program with what it is given of its own', async (context) => {
    needs(context);
    const { container, ...library } = await running(context);
    const output = outputFile(context, library);
    const execution = container.exec([INSPECT, '--json'], {
      stdio: ['ignore', output.fd, 'inherit'],
      env: { COLOUR: 'blue' },
      user: '1000:1000',
      additionalGids: [7],
      cwd: '/tmp',
    });
    expect((await execution.started).pid).toBeGreaterThan(1);
    expect(await execution).toEqual({ code: 0 });
    const report = JSON.parse(output.text()) as Report;
    expect(report).toMatchObject({ uid: 1000, gid: 1000, cwd: '/tmp' });
    expect(report.env).toContain('COLOUR=blue');
    expect(report.groups).toContain(7);
  });

  it('takes any property of a process, and refuses what the specification does not have', async (context) => {
    needs(context);
    const { container } = await running(context);
    const rlimits = [{ type: 'RLIMIT_NOFILE', soft: 100, hard: 200 }] as const;
    const user = { uid: 1000, gid: 1000, umask: 0o27 };
    const text = await container
      .exec([INSPECT, '--json'], { process: { rlimits, user, oomScoreAdj: 500 }, cwd: '/tmp' })
      .text();
    const report = JSON.parse(text) as Report;
    expect(report).toMatchObject({ uid: 1000, umask: '0027', oomScoreAdj: '500', cwd: '/tmp' });
    expect(report.rlimits['RLIMIT_NOFILE']).toEqual({ soft: '100', hard: '200' });
    const wrong = container.exec([INSPECT], { process: { oomScoreAdj: 5000 } });
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('gives the status of the program, or the signal', async (context) => {
    needs(context);
    const { container } = await running(context);
    expect(await container.exec([INSPECT, 'exit', '3'])).toEqual({ code: 3 });
    const asleep = container.exec([INSPECT, 'sleep', '60']);
    asleep.kill('SIGKILL');
    expect(await asleep).toEqual({ code: 137, signal: 'SIGKILL' });
  });

  it('rejects where the program cannot be run', async (context) => {
    needs(context);
    const { container } = await running(context);
    const execution = container.exec(['/bin/missing']);
    await expect(execution.started).rejects.toMatchObject({
      code: 'STEP_FAILED',
      details: { errno: 'ENOENT' },
    });
    await expect(execution).rejects.toMatchObject({ code: 'STEP_FAILED', details: { errno: 'ENOENT' } });
    await expect(container.exec([])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('refuses a container that has ended', async (context) => {
    needs(context);
    const { container } = await running(context);
    await container.kill('SIGKILL');
    await container.wait();
    await expect(container.exec([INSPECT])).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });

  it('an execution that fails while nobody waits for it is no unhandled rejection', async (context) => {
    needs(context);
    const { runtime, id } = await withLibrary(context);
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    context.onTestFinished(() => void process.off('unhandledRejection', listener));
    runtime.run(id, { bundle: '/does/not/exist' });
    await expect(runtime.run(id, { bundle: '/does/not/exist' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await new Promise((resolve) => void setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });
});
