import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { makeContainer, runContainer } from '../support/container.ts';
import type { TestContainer } from '../support/container.ts';
import { socketPeer } from '../support/peer.ts';
import type { Report } from '../support/report.ts';
import { RUNTS, run } from '../support/run.ts';

/** Open files of this process with the text `host file N`. */
function openFiles(container: TestContainer, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const file = join(container.scratch, `file-${i}`);
    writeFileSync(file, `host file ${i}`);
    return openSync(file, 'r');
  });
}

const reported = (stdout: string): Report => JSON.parse(stdout) as Report;

describe('descriptors', () => {
  it('the program has 0, 1 and 2 and no other, whatever the runtime inherited', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const fds = openFiles(container, 8);
    const ended = await runContainer(container, { fds });
    for (const fd of fds) closeSync(fd);
    expect(reported(ended.stdout).files.map(({ fd }) => fd)).toEqual([0, 1, 2]);
  });

  it('--preserve-fds passes that many from 3 up', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const fds = openFiles(container, 3);
    const ended = await container.runts(
      ['run', '--preserve-fds', '2', '-b', container.directory, container.id],
      { fds },
    );
    for (const fd of fds) closeSync(fd);
    const files = reported(ended.stdout).files;
    expect(files.map(({ fd }) => fd)).toEqual([0, 1, 2, 3, 4]);
    expect(files[3]?.target).toMatch(/file-0$/);
    expect(files[4]).toMatchObject({ closeOnExec: false });
  });

  it('a descriptor that is not there is warned of', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const ended = await container.runts([
      'run',
      '--preserve-fds',
      '5',
      '-b',
      container.directory,
      container.id,
    ]);
    expect(ended.status).toBe(0);
    expect(ended.stderr).toBe(
      'runts: warning: --preserve-fds: descriptor 3 is not open: 0 of 5 are passed on\n',
    );
  });

  it('LISTEN_FDS are passed before those of --preserve-fds, with LISTEN_PID of the program', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const fds = openFiles(container, 3);
    const command = [
      RUNTS,
      '--root',
      container.state,
      'run',
      '--preserve-fds',
      '1',
      '-b',
      container.directory,
      container.id,
    ];
    // sd_listen_fds(3): the variables are for the process that LISTEN_PID names.
    const ended = await run('sh', ['-c', 'export LISTEN_PID=$$; exec "$@"', 'sh', ...command], {
      fds,
      env: { LISTEN_FDS: '2' },
    });
    for (const fd of fds) closeSync(fd);
    const { env, files } = reported(ended.stdout);
    expect(env).toEqual(expect.arrayContaining(['LISTEN_FDS=2', 'LISTEN_PID=1']));
    expect(files.map(({ fd }) => fd)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(files[5]?.target).toMatch(/file-2$/);
  });

  it('LISTEN_FDS that are meant for another process are not passed', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const fds = openFiles(container, 2);
    const ended = await runContainer(container, { fds, env: { LISTEN_FDS: '2', LISTEN_PID: '1' } });
    for (const fd of fds) closeSync(fd);
    expect(reported(ended.stdout).files.map(({ fd }) => fd)).toEqual([0, 1, 2]);
  });

  it('--pidfd-socket gets a pidfd of the process', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const socket = join(container.scratch, 'p.sock');
    const peer = await socketPeer(context, 'receive-descriptor', socket);
    const ended = await container.runts([
      'run',
      '--pidfd-socket',
      socket,
      '-b',
      container.directory,
      container.id,
    ]);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    await peer.ended;
    expect(peer.output()).toMatch(/"received":"(anon_inode:\[pidfd\]|pidfd:)/);
    expect(peer.output()).toContain('"payload":"standard"');
  });

  it('nothing of the host can be reached through /proc/1/fd', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const { files } = reported((await runContainer(container)).stdout);
    for (const { target } of files) expect(target).toMatch(/^(pipe:|socket:|\/dev\/null)/);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(container.scratch);
  });
});
