import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import type { TestConfig } from '../support/config.ts';
import { ownUsers } from '../support/config.ts';
import { create, makeContainer, runContainer, waitForStatus } from '../support/container.ts';
import { socketPeer } from '../support/peer.ts';
import { deviceAt } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { RUNTS, run } from '../support/run.ts';

const terminal = ({ process }: TestConfig): void => {
  process.terminal = true;
  process.consoleSize = { width: 91, height: 37 };
};

/** The report among what a terminal shows beside it, such as the echo of what was typed. */
const reportIn = (output: string): Report => JSON.parse(/\{"pid".*\}/.exec(output)?.[0] ?? 'null') as Report;

describe('console', () => {
  it.for([
    ['of the host', false],
    ['of the container', true],
  ] as const)(
    'create sends the master of a terminal over the socket, with a user namespace %s',
    async ([, users], context) => {
      needs(context, ...(users ? (['user namespaces'] as const) : []));
      const container = makeContainer(context, (config) => {
        terminal(config);
        if (users) ownUsers(config);
      });
      const socket = join(container.scratch, 'c.sock');
      const peer = await socketPeer(context, 'receive-console', socket);
      expect(await create(container, ['--console-socket', socket])).toMatchObject({ status: 0 });
      expect(await container.runts(['start', container.id])).toMatchObject({ status: 0 });
      await peer.ended;
      expect(peer.output()).toMatch(/"received":"[^"]*ptmx"/);
      const report = reportIn(peer.output());
      expect(report.terminal).toEqual({ name: '/dev/pts/0', rows: 37, columns: 91, controlling: true });
      expect(deviceAt(report, '/dev/console')).toMatchObject({ type: 'char', major: 136, minor: 0 });
      expect(report.files.map(({ fd, target }) => [fd, target])).toEqual(
        [0, 1, 2].map((fd) => [fd, '/dev/pts/0']),
      );
    },
  );

  it('what is typed into the master arrives', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      terminal(config);
      config.process.args = ['/bin/inspect', 'cat'];
    });
    const socket = join(container.scratch, 'c.sock');
    const peer = await socketPeer(context, 'receive-console', socket, 'typed\n\u0004');
    expect(
      await container.runts([
        'run',
        '-d',
        '--console-socket',
        socket,
        '-b',
        container.directory,
        container.id,
      ]),
    ).toMatchObject({ status: 0 });
    await peer.ended;
    expect(peer.output()).toMatch(/typed\r\ntyped\r\n/);
    await waitForStatus(container, 'stopped');
  });

  it('the terminal belongs to the user of the process', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      terminal(config);
      config.process.user = { uid: 1000, gid: 1000 };
    });
    const socket = join(container.scratch, 'c.sock');
    const peer = await socketPeer(context, 'receive-console', socket);
    await container.runts(['run', '-d', '--console-socket', socket, '-b', container.directory, container.id]);
    await peer.ended;
    expect(deviceAt(reportIn(peer.output()), '/dev/pts/0')).toMatchObject({ uid: 1000 });
  });

  it('a foreground run gives its own terminal to the container, with its size', async (context) => {
    needs(context);
    const container = makeContainer(context, ({ process }) => {
      process.terminal = true;
    });
    const command = `stty rows 41 cols 99; ${RUNTS} --root ${container.state} run -b ${container.directory} ${container.id}`;
    // A fifo is never at its end, which script(1) would tell the terminal.
    const script = 'mkfifo "$1" && exec script -qefc "$0" /dev/null 0<>"$1"';
    const ended = await run('sh', ['-c', script, command, join(container.scratch, 'typed')]);
    expect(ended.status).toBe(0);
    expect(reportIn(ended.stdout).terminal).toMatchObject({ rows: 41, columns: 99, controlling: true });
  });

  it('what is relayed are the bytes of the program, line ends and all', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      terminal(config);
      config.process.args = ['/bin/inspect', 'echo', 'a'];
    });
    const ended = await runContainer(container, { input: '' });
    expect(ended.status).toBe(0);
    expect(ended.stdout).toMatch(/\n$/);
    expect(ended.stdout).not.toContain('\r');
  });

  it('detached without a console socket it is refused in the words of runc', async (context) => {
    needs(context);
    const container = makeContainer(context, terminal);
    const ended = await container.runts(['create', '-b', container.directory, container.id]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('cannot allocate tty if runc will detach without setting console socket');
  });

  it('a console socket without a terminal is refused in the words of runc', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const socket = ['--console-socket', join(container.scratch, 'no.sock')];
    const ended = await container.runts(['run', ...socket, '-b', container.directory, container.id]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('cannot use console socket if runc will not detach or allocate tty');
  });

  it('without a terminal there is no /dev/console', async (context) => {
    needs(context);
    const ended = await runContainer(makeContainer(context));
    const report = JSON.parse(ended.stdout) as Report;
    expect(deviceAt(report, '/dev/console')).toBeUndefined();
    expect(report.terminal).toBeNull();
  });
});
