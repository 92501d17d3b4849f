import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { output, sharedCell } from './support/cell.ts';
import { RUNTIME, runtimes, UNEXECUTABLE } from './support/runtimes.ts';
import { IMAGE } from './support/image.ts';
import { CHANGED, CHANGES, EATER, LIMITED, LIMITS, READ_LIMITS } from './support/limits.ts';
import { LOOK, RESTRICTIONS, SEEN } from './support/restrictions.ts';
import { startPodman } from './support/podman.ts';

const shared = sharedCell(startPodman);
afterAll(shared.close);

/** The words of a Go template of `podman inspect`. */
const STATE = '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}';

/** With limits that need no CAP_SYS_RESOURCE: those of podman do. */
const BUILD = [
  ...['build', '-q', '--runtime', RUNTIME.path, '--network', 'none'],
  ...['--ulimit', 'nofile=100:100', '--ulimit', 'nproc=100:100'],
];

describe('podman', () => {
  it('runs a program and hands its streams and its exit status on', async (context) => {
    needs(context, 'podman');
    const { podman } = await shared.get();
    const script = 'cat; echo $A $(id -u):$(id -g) $(pwd) $(hostname); echo wrong >&2; exit 7';
    const flags = ['-i', '--env', 'A=b', '--user', '1000:5', '--workdir', '/tmp', '--hostname', 'box'];
    const ended = await podman(['run', '--rm', ...flags, IMAGE, 'sh', '-c', script], { input: 'given\n' });
    expect(ended).toMatchObject({ status: 7, stdout: 'given\nb 1000:5 /tmp box\n', stderr: 'wrong\n' });
  });

  it('keeps a container in the background: logs, exec, top, stats, cp, pause, commit, kill, rm', async (context) => {
    needs(context, 'podman');
    const { podman, terminal, cell } = await shared.get();
    const script = 'echo started; trap "exit 3" USR1; while :; do sleep 0.1; done';
    output(await podman(['run', '-d', '--name', 'back', IMAGE, 'sh', '-c', script]));
    expect(await podman(['logs', 'back'])).toMatchObject({ status: 0, stdout: 'started\n' });

    const asked = ['-i', '--env', 'A=b', '--user', '1000', '--workdir', '/tmp', 'back'];
    const told = await podman(['exec', ...asked, 'sh', '-c', 'cat; echo $A $(id -u) $(pwd); exit 9'], {
      input: 'given\n',
    });
    expect(told).toMatchObject({ status: 9, stdout: 'given\nb 1000 /tmp\n' });
    const tty = await terminal(['exec', '-it', 'back', 'sh', '-c', 'tty; test -t 0; exit $?']);
    expect(tty).toMatchObject({ status: 0, stdout: '/dev/pts/0\r\n' });
    output(await podman(['exec', '-d', 'back', 'touch', '/tmp/detached']));

    expect(output(await podman(['top', 'back', 'pid', 'args']))).toMatch(/^PID +COMMAND\n1 +sh -c/);
    const stats = await podman(['stats', '--no-stream', '--format', '{{.Name}} {{.PIDs}}', 'back']);
    expect(stats).toMatchObject({ status: 0, stdout: expect.stringMatching(/^back \S+\n$/) });
    output(await podman(['cp', cell.file('given', 'text'), 'back:/tmp/copied']));
    output(await podman(['pause', 'back']));
    expect(output(await podman(['inspect', '--format', STATE, 'back']))).toBe('paused 0 false\n');
    expect((await podman(['exec', 'back', 'true'])).status).not.toBe(0);
    output(await podman(['unpause', 'back']));
    expect(output(await podman(['exec', 'back', 'cat', '/tmp/copied']))).toBe('text');
    output(await podman(['commit', '-q', 'back', 'localhost/committed']));

    output(await podman(['kill', '--signal', 'USR1', 'back']));
    expect(await podman(['wait', 'back'])).toMatchObject({ status: 0, stdout: '3\n' });
    output(await podman(['rm', 'back']));
    const committed = await podman(['run', '--rm', 'localhost/committed', 'ls', '/tmp']);
    expect(committed).toMatchObject({ status: 0, stdout: 'copied\ndetached\n' });
  });

  it('stops with the signal, and with SIGKILL after the time; starts again; removes by force', async (context) => {
    needs(context, 'podman');
    const { podman } = await shared.get();
    const polite = 'trap "exit 4" TERM; while :; do sleep 0.1; done';
    await podman(['run', '-d', '--name', 'polite', IMAGE, 'sh', '-c', polite]);
    await podman(['run', '-d', '--name', 'deaf', IMAGE, 'sleep', '1000']);
    output(await podman(['stop', '-t', '10', 'polite']));
    expect(output(await podman(['inspect', '--format', STATE, 'polite']))).toBe('exited 4 false\n');
    await podman(['stop', '-t', '0', 'deaf']);
    expect(output(await podman(['inspect', '--format', STATE, 'deaf']))).toBe('exited 137 false\n');
    output(await podman(['restart', 'deaf']));
    expect(output(await podman(['inspect', '--format', STATE, 'deaf']))).toBe('running 0 false\n');
    output(await podman(['rm', '-f', '-t', '0', 'deaf', 'polite']));
    expect(output(await podman(['ps', '-a', '-q', '--filter', 'name=deaf|polite']))).toBe('');
  });

  it('gives a terminal', async (context) => {
    needs(context, 'podman');
    const { terminal } = await shared.get();
    const ended = await terminal(['run', '--rm', '-it', IMAGE, 'sh', '-c', 'tty; exit 5']);
    expect(ended).toMatchObject({ status: 5, stdout: '/dev/pts/0\r\n' });
  });

  it.for(runtimes('pids'))('says what cannot be executed or mounted: $name', async (runtime, context) => {
    needs(context, 'podman');
    const { podman } = await shared.get();
    const run = ['--runtime', runtime.path, 'run'];
    output(await podman([...run, '-d', '--name', 'target', IMAGE, 'sleep', '1000']));
    context.onTestFinished(async () => void (await podman(['rm', '-f', '-t', '0', 'target'])));
    for (const { program, status, says } of UNEXECUTABLE) {
      const ran = await podman([...run, '--rm', IMAGE, program]);
      expect(ran).toMatchObject({ status, stderr: expect.stringMatching(says) });
      const executed = await podman(['exec', 'target', program]);
      expect(executed.stderr).toMatch(says);
      // runc has no word of a directory that podman would know
      if (runtime === RUNTIME || program !== '/etc') expect(executed.status).toBe(status);
    }
    expect(await podman(['exec', '--workdir', '/nosuch', 'target', 'true'])).toMatchObject({
      status: 127,
      stderr: expect.stringMatching(/\/nosuch.*: no such file or directory/),
    });
    const onto = ['--mount', 'type=bind,src=/bin,dst=/etc/passwd'];
    expect(await podman([...run, '--rm', ...onto, IMAGE, 'true'])).toMatchObject({
      status: 126,
      stderr: expect.stringMatching(/\/bin.*\/etc\/passwd.*: not a directory/),
    });
  });

  it('restricts: read-only root, capabilities, no-new-privileges, ulimits, sysctls, tmpfs, devices', async (context) => {
    needs(context, 'podman');
    const { podman } = await shared.get();
    const flags = [...RESTRICTIONS, '--mount', 'type=tmpfs,dst=/data,tmpfs-size=1m'];
    const ended = await podman(['run', '--rm', ...flags, IMAGE, 'sh', '-c', LOOK]);
    expect(ended.stdout.replaceAll('\t', ' ').split('\n')).toEqual(SEEN);
  });

  it('maps users', async (context) => {
    needs(context, 'podman', 'user namespaces');
    const { podman } = await shared.get();
    const flags = ['--uidmap', '0:100000:5000', '--gidmap', '0:200000:5000'];
    const script = 'cat /proc/self/uid_map /proc/self/gid_map; touch /x; stat -c %u:%g /x /bin; id -u';
    const ended = await podman(['run', '--rm', ...flags, IMAGE, 'sh', '-c', script]);
    expect(ended.stderr).toBe('');
    expect(ended.stdout.replaceAll(/ +/g, ' ')).toBe(' 0 100000 5000\n 0 200000 5000\n0:0\n0:0\n0\n');
  });

  it('has a pod share namespaces', async (context) => {
    needs(context, 'podman');
    const { podman } = await shared.get();
    const pod = ['pod', 'create', '--name', 'pod', '--share', 'net,ipc,uts,pid', '--hostname', 'together'];
    const infra = ['--infra-image', IMAGE, '--infra-command', 'sleep 1000'];
    output(await podman([...pod, ...infra]));
    context.onTestFinished(async () => void (await podman(['pod', 'rm', '-f', '-t', '0', 'pod'])));
    const script = 'hostname; cat /proc/1/cmdline | tr "\\0" " "';
    const member = await podman(['run', '--rm', '--pod', 'pod', IMAGE, 'sh', '-c', script]);
    expect(member).toMatchObject({ status: 0, stdout: 'together\nsleep 1000 ' });
    output(await podman(['run', '-d', '--name', 'member', '--pod', 'pod', IMAGE, 'sleep', '2000']));
    output(await podman(['pod', 'stop', '-t', '0', 'pod']));
    output(await podman(['pod', 'start', 'pod']));
    expect(output(await podman(['exec', 'member', 'hostname']))).toBe('together\n');
  });

  it('joins namespaces of another container', async (context) => {
    needs(context, 'podman');
    const { podman } = await shared.get();
    output(await podman(['run', '-d', '--name', 'other', '--hostname', 'other', IMAGE, 'sleep', '1000']));
    context.onTestFinished(async () => void (await podman(['rm', '-f', '-t', '0', 'other'])));
    const join = ['pid', 'uts', 'ipc', 'network'].map((name) => `--${name}=container:other`);
    const script =
      'hostname; tr "\\0" " " </proc/1/cmdline; readlink /proc/self/ns/net; readlink /proc/1/ns/net';
    const [name, first, own, others] = output(
      await podman(['run', '--rm', ...join, IMAGE, 'sh', '-c', script]),
    ).split(/\n|(?<=1000) /);
    expect([name, first]).toEqual(['other', 'sleep 1000']);
    expect(own).toBe(others);
  });

  it('has an init and health checks', async (context) => {
    needs(context, 'podman');
    const { podman } = await shared.get();
    const flags = ['--init', '--health-cmd', 'test -e /tmp/well', '--health-interval', 'disable'];
    output(await podman(['run', '-d', '--name', 'init', ...flags, IMAGE, 'sleep', '1000']));
    context.onTestFinished(async () => void (await podman(['rm', '-f', '-t', '0', 'init'])));
    expect(output(await podman(['exec', 'init', 'cat', '/proc/1/comm']))).toBe('podman-init\n');
    expect(await podman(['healthcheck', 'run', 'init'])).toMatchObject({ status: 1 });
    await podman(['exec', 'init', 'touch', '/tmp/well']);
    output(await podman(['healthcheck', 'run', 'init']));
  });

  it('builds an image', async (context) => {
    needs(context, 'podman');
    const { podman, cell } = await shared.get();
    const root = ['ENV A=b', 'RUN echo $A >/built && id -u >>/built && mkdir -m 777 /data'];
    const user = ['USER 1000', 'RUN id -u >/data/user', 'CMD cat /built /data/user', ''];
    const good = [`FROM ${IMAGE}`, ...root, ...user].join('\n');
    output(await podman([...BUILD, '-t', 'built', '-f', cell.file('Good', good), cell.directory]));
    expect(output(await podman(['run', '--rm', 'built']))).toBe('b\n0\n1000\n');
    const bad = cell.file('Bad', `FROM ${IMAGE}\nRUN exit 6\n`);
    expect(await podman([...BUILD, '-f', bad, cell.directory])).toMatchObject({
      status: 6,
      stderr: expect.stringContaining('exit status 6'),
    });
  });

  it('does without cgroups', async (context) => {
    needs(context, 'podman');
    const { podman } = await shared.get();
    const ended = await podman(['run', '--rm', '--cgroups', 'disabled', IMAGE, 'cat', '/proc/self/cgroup']);
    expect(output(ended)).toMatch(/^0::\/$/m);
  });

  it('refuses limits that cannot be kept', async (context) => {
    needs(context, 'podman', 'no memory');
    const { podman } = await shared.get();
    const ended = await podman(['run', '--rm', '--memory', '64m', IMAGE, 'true']);
    expect(ended).toMatchObject({
      status: 126,
      stderr: expect.stringMatching(/memory.* not available on cgroup v2/),
    });
  });

  it.for(runtimes('memory', 'cpu', 'pids'))(
    'limits, updates, and tells of OOM kills: $name',
    async (runtime, context) => {
      needs(context, 'podman', 'memory', 'cpu', 'pids');
      const { podman } = await shared.get();
      const run = ['--runtime', runtime.path, 'run'];
      output(await podman([...run, '-d', '--name', 'limited', ...LIMITS, IMAGE, 'sleep', '1000']));
      context.onTestFinished(async () => void (await podman(['rm', '-f', '-t', '0', 'limited'])));
      const read = async () => (await podman(['exec', 'limited', ...READ_LIMITS])).stdout.split('\n');
      expect(await read()).toEqual(LIMITED);
      output(await podman(['update', ...CHANGES, 'limited']));
      expect(await read()).toEqual(CHANGED);
      expect(await podman([...run, ...EATER])).toMatchObject({ status: 137 });
      context.onTestFinished(async () => void (await podman(['rm', '-f', 'eater'])));
      // it is stopped until podman, in the background, has cleaned up
      const state = output(await podman(['inspect', '--format', STATE, 'eater']));
      expect(state).toMatch(/^(exited|stopped) 137 true$/m);
    },
  );
});
