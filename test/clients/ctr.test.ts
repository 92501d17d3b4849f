import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { output, sharedCell } from './support/cell.ts';
import { heard, snapshotter, startContainerd } from './support/engines.ts';
import { RUNTIME, runtimes, UNEXECUTABLE } from './support/runtimes.ts';
import type { Runtime } from './support/runtimes.ts';
import { IMAGE } from './support/image.ts';

const shared = sharedCell(startContainerd);
afterAll(shared.close);

const runWith = ({ path }: Runtime): string[] => [
  ...['run', '--snapshotter', snapshotter(), '--runc-binary', path],
];
const RUN = runWith(RUNTIME);

const execIn = (container: string, id: string, flags: readonly string[], script: string): string[] => [
  ...['task', 'exec', '--exec-id', id, ...flags],
  ...[container, 'sh', '-c', heard(script)],
];

describe('ctr', () => {
  it('runs a program and hands its streams and its exit status on', async (context) => {
    needs(context, 'containerd');
    const { run, terminal } = await shared.get();
    const script = 'echo $A $(id -u):$(id -g) $(pwd); echo wrong >&2; exit 7';
    const flags = ['--rm', '--env', 'A=b', '--user', '1000:5', '--cwd', '/tmp'];
    const ended = await run([...RUN, ...flags, IMAGE, 'once', 'sh', '-c', heard(script)]);
    expect(ended).toMatchObject({ status: 7, stdout: 'b 1000:5 /tmp\n', stderr: 'wrong\n' });
    const tty = await terminal([...RUN, '--rm', '--tty', IMAGE, 'tty', 'sh', '-c', heard('tty; exit 5')]);
    expect(tty).toMatchObject({ status: 5, stdout: expect.stringMatching(/^\/dev\/pts\/0\s/m) });
  });

  it('keeps a container in the background: exec, ps, metrics, pause, kill, rm', async (context) => {
    needs(context, 'containerd');
    const { run, terminal } = await shared.get();
    const task = (...args: string[]) => run(['task', ...args]);
    const script = 'trap "exit 3" USR1; while :; do sleep 0.1; done';
    output(await run([...RUN, '-d', IMAGE, 'back', 'sh', '-c', script]));
    const told = await run(execIn('back', 'e1', ['--cwd', '/tmp', '--user', '1000'], 'id -u; pwd; exit 9'));
    expect(told).toMatchObject({ status: 9, stdout: '1000\n/tmp\n' });
    const tty = await terminal(execIn('back', 'e2', ['--tty'], 'tty'));
    expect(tty).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\/dev\/pts\/0\s/m) });
    expect(output(await task('ps', 'back'))).toMatch(/^PID +INFO\n\d+ +-\n/);
    expect(output(await task('metrics', 'back'))).toMatch(/^pids\.current +\d+ *$/m);
    output(await task('pause', 'back'));
    expect(output(await task('ls'))).toMatch(/^back +\d+ +PAUSED$/m);
    output(await task('resume', 'back'));
    expect(output(await task('ls'))).toMatch(/^back +\d+ +RUNNING$/m);
    output(await task('kill', '--signal', 'SIGUSR1', 'back'));
    await expect
      .poll(async () => (await task('ls')).stdout, { timeout: 30_000 })
      .toMatch(/^back +\d+ +STOPPED$/m);
    expect((await task('delete', 'back')).stderr).toMatch(/exit code 3/);
    output(await run(['container', 'rm', 'back']));
    expect(output(await task('ls'))).not.toMatch(/back/);
  });

  it.for(runtimes('cpu'))('says what cannot be executed or mounted: $name', async (runtime, context) => {
    needs(context, 'containerd');
    const { run } = await shared.get();
    output(await run([...runWith(runtime), '-d', IMAGE, `target-${runtime.name}`, 'sleep', '1000']));
    for (const [index, { program, says }] of UNEXECUTABLE.entries()) {
      const id = `failing-${runtime.name}-${index}`;
      const ran = await run([...runWith(runtime), '--rm', IMAGE, id, program]);
      expect(ran).toMatchObject({ status: 1, stderr: expect.stringMatching(says) });
      const executed = await run(['task', 'exec', '--exec-id', id, `target-${runtime.name}`, program]);
      expect(executed).toMatchObject({ status: 1, stderr: expect.stringMatching(says) });
    }
    const mount = ['--mount', 'type=bind,src=/run/none,dst=/data,options=rbind'];
    const ran = await run([...runWith(runtime), '--rm', ...mount, IMAGE, 'mounted', 'true']);
    expect(ran).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/\/run\/none.*: no such file or directory/),
    });
    output(await run(['task', 'delete', '--force', `target-${runtime.name}`]));
  });
});
