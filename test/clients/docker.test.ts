import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { output, sharedCell } from './support/cell.ts';
import { startDocker } from './support/engines.ts';
import { RUNTIME, runtimes, UNEXECUTABLE } from './support/runtimes.ts';
import { IMAGE } from './support/image.ts';
import { CHANGED, CHANGES, EATER, LIMITED, LIMITS, READ_LIMITS } from './support/limits.ts';
import { LOOK, RESTRICTIONS, SEEN } from './support/restrictions.ts';

const shared = sharedCell((cell) => startDocker(cell, ['--bridge', 'none']));
afterAll(shared.close);

const RUN = ['run', '--runtime', RUNTIME.name, '--network', 'none'];
const STATE = '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}';

describe('docker', () => {
  it('runs a program and hands its streams and its exit status on', async (context) => {
    needs(context, 'docker');
    const { run, terminal } = await shared.get();
    const script = 'cat; echo $A $(id -u):$(id -g) $(pwd) $(hostname); echo wrong >&2; exit 7';
    const flags = [
      '--rm',
      '-i',
      '--env',
      'A=b',
      '--user',
      '1000:5',
      '--workdir',
      '/tmp',
      '--hostname',
      'box',
    ];
    const ended = await run([...RUN, ...flags, IMAGE, 'sh', '-c', script], { input: 'given\n' });
    expect(ended).toMatchObject({ status: 7, stdout: 'given\nb 1000:5 /tmp box\n', stderr: 'wrong\n' });
    const tty = await terminal([...RUN, '--rm', '-it', IMAGE, 'sh', '-c', 'tty; exit 5']);
    expect(tty).toMatchObject({ status: 5, stdout: '/dev/pts/0\r\n' });
  });

  it('keeps a container in the background: logs, exec, top, stats, cp, pause, update, kill, rm', async (context) => {
    needs(context, 'docker');
    const { run, terminal, cell } = await shared.get();
    const script = 'echo started; trap "exit 3" USR1; while :; do sleep 0.1; done';
    output(await run([...RUN, '-d', '--name', 'back', IMAGE, 'sh', '-c', script]));
    expect(output(await run(['logs', 'back']))).toBe('started\n');

    const asked = ['-i', '--env', 'A=b', '--user', '1000', '--workdir', '/tmp', 'back'];
    const told = await run(['exec', ...asked, 'sh', '-c', 'cat; echo $A $(id -u) $(pwd); exit 9'], {
      input: 'given\n',
    });
    expect(told).toMatchObject({ status: 9, stdout: 'given\nb 1000 /tmp\n' });
    const tty = await terminal(['exec', '-it', 'back', 'sh', '-c', 'tty; test -t 0; exit $?']);
    expect(tty).toMatchObject({ status: 0, stdout: '/dev/pts/0\r\n' });

    expect(output(await run(['top', 'back', '-o', 'pid,args']))).toMatch(/^PID +COMMAND\n\d+ +sh -c/);
    expect(output(await run(['stats', '--no-stream', '--format', '{{.Name}}', 'back']))).toBe('back\n');
    output(await run(['cp', cell.file('given', 'text'), 'back:/tmp/copied']));
    output(await run(['pause', 'back']));
    expect(output(await run(['inspect', '--format', STATE, 'back']))).toBe('paused 0 false\n');
    expect((await run(['exec', 'back', 'true'])).status).toBe(1);
    output(await run(['unpause', 'back']));
    expect(output(await run(['exec', 'back', 'cat', '/tmp/copied']))).toBe('text');
    output(await run(['update', '--restart', 'no', 'back']));

    output(await run(['kill', '--signal', 'USR1', 'back']));
    expect(output(await run(['wait', 'back']))).toBe('3\n');
    output(await run(['rm', 'back']));
  });

  it('stops with the signal, and with SIGKILL after the time; starts again; removes by force', async (context) => {
    needs(context, 'docker');
    const { run } = await shared.get();
    const polite = 'trap "exit 4" TERM; while :; do sleep 0.1; done';
    output(await run([...RUN, '-d', '--name', 'polite', IMAGE, 'sh', '-c', polite]));
    output(await run([...RUN, '-d', '--name', 'deaf', IMAGE, 'sleep', '1000']));
    output(await run(['stop', '-t', '10', 'polite']));
    expect(output(await run(['inspect', '--format', STATE, 'polite']))).toBe('exited 4 false\n');
    output(await run(['stop', '-t', '0', 'deaf']));
    expect(output(await run(['inspect', '--format', STATE, 'deaf']))).toBe('exited 137 false\n');
    output(await run(['restart', 'deaf']));
    expect(output(await run(['inspect', '--format', STATE, 'deaf']))).toBe('running 0 false\n');
    output(await run(['rm', '-f', 'deaf', 'polite']));
    expect(output(await run(['ps', '-a', '-q', '--filter', 'name=deaf', '--filter', 'name=polite']))).toBe(
      '',
    );
  });

  it.for(runtimes())('says what cannot be executed: $name', async (runtime, context) => {
    needs(context, 'docker');
    const { run } = await shared.get();
    const running = ['run', '--runtime', runtime.name, '--network', 'none'];
    const target = output(await run([...running, '-d', IMAGE, 'sleep', '1000'])).trim();
    context.onTestFinished(async () => void (await run(['rm', '-f', target])));
    for (const { program, status, says } of UNEXECUTABLE) {
      const ran = await run([...running, '--rm', IMAGE, program]);
      expect(ran).toMatchObject({ status, stderr: expect.stringMatching(says) });
      const executed = await run(['exec', target, program]);
      expect(`${executed.status} ${executed.stderr}${executed.stdout}`).toMatch(says);
      expect(executed.status).toBe(status);
    }
    const lost = await run(['exec', '--workdir', '/nosuch', target, 'true']);
    expect(lost.status).toBe(127);
    expect(`${lost.stderr}${lost.stdout}`).toMatch(/\/nosuch.*: no such file or directory/);
    const onto = ['--mount', 'type=bind,src=/bin,dst=/etc/passwd'];
    const ran = await run([...running, '--rm', ...onto, IMAGE, 'true']);
    expect(ran).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/not a directory.*: Are you trying to mount/),
    });
  });

  it('restricts: read-only root, capabilities, no-new-privileges, ulimits, sysctls, tmpfs, devices', async (context) => {
    needs(context, 'docker');
    const { run } = await shared.get();
    const flags = [...RESTRICTIONS, '--tmpfs', '/data:size=1m'];
    const ended = await run([...RUN, '--rm', ...flags, IMAGE, 'sh', '-c', LOOK]);
    expect(output(ended).replaceAll('\t', ' ').split('\n')).toEqual(SEEN);
    const privileged = [
      'run',
      '--rm',
      '--runtime',
      RUNTIME.name,
      '--privileged',
      '--network',
      'host',
      '--pid',
      'host',
    ];
    const open = 'grep -E "^Seccomp:" /proc/self/status; mount -t tmpfs x /tmp && echo mounted';
    expect(output(await run([...privileged, IMAGE, 'sh', '-c', open]))).toBe('Seccomp:\t0\nmounted\n');
  });

  it('joins namespaces of another container, and has an init', async (context) => {
    needs(context, 'docker');
    const { run } = await shared.get();
    output(
      await run([...RUN, '-d', '--init', '--ipc', 'shareable', '--name', 'other', IMAGE, 'sleep', '1000']),
    );
    context.onTestFinished(async () => void (await run(['rm', '-f', 'other'])));
    const join = ['pid', 'ipc', 'network'].map((name) => `--${name}=container:other`);
    const script = 'cat /proc/1/comm; readlink /proc/self/ns/net; readlink /proc/1/ns/net';
    const joining = ['run', '--rm', '--runtime', RUNTIME.name, ...join];
    const [init, own, others] = output(await run([...joining, IMAGE, 'sh', '-c', script])).split('\n');
    expect(init).toBe('docker-init');
    expect(own).toBe(others);
  });

  it.for(runtimes('memory', 'cpu', 'pids'))(
    'limits, updates, and tells of OOM kills: $name',
    async (runtime, context) => {
      needs(context, 'docker', 'memory', 'cpu', 'pids');
      const { run } = await shared.get();
      const running = ['run', '--runtime', runtime.name, '--network', 'none'];
      output(await run([...running, '-d', '--name', 'limited', ...LIMITS, IMAGE, 'sleep', '1000']));
      context.onTestFinished(async () => void (await run(['rm', '-f', 'limited', 'eater'])));
      const read = async () => output(await run(['exec', 'limited', ...READ_LIMITS])).split('\n');
      expect(await read()).toEqual(LIMITED);
      output(await run(['update', ...CHANGES, 'limited']));
      expect(await read()).toEqual(CHANGED);
      expect(await run([...running, ...EATER])).toMatchObject({ status: 137 });
      // docker hears of it apart from the exit
      const state = async () => output(await run(['inspect', '--format', STATE, 'eater']));
      await expect.poll(state, { timeout: 20_000 }).toBe('exited 137 true\n');
    },
  );

  it('builds with BuildKit, which runs what PATH calls runc', async (context) => {
    needs(context, 'docker', 'buildx');
    const { run, cell } = await shared.get();
    const dockerfile = [
      `FROM ${IMAGE}`,
      ...['ENV A=b', 'RUN --network=none echo $A >/built && id -u >>/built && mkdir -m 777 /data'],
      ...['USER 1000', 'RUN --network=none id -u >/data/user', 'CMD cat /built /data/user', ''],
    ];
    cell.file('Dockerfile', dockerfile.join('\n'));
    output(await run(['build', '-q', '-t', 'built', cell.directory]));
    expect(output(await run([...RUN, '--rm', 'built']))).toBe('b\n0\n1000\n');
    cell.file('Dockerfile', `FROM ${IMAGE}\nRUN --network=none exit 6\n`);
    const failed = await run(['build', cell.directory]);
    expect(failed).toMatchObject({ status: 1, stderr: expect.stringMatching(/exit code: 6/) });
  });
});
