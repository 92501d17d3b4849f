import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import {
  create,
  makeContainer,
  runContainer,
  startDetached,
  stateOf,
  waitForStatus,
} from '../support/container.ts';
import type { TestContainer } from '../support/container.ts';
import { holdings } from '../support/leaks.ts';
import { startPeer } from '../support/peer.ts';
import type { Peer } from '../support/peer.ts';
import { RUNTS, run, until } from '../support/run.ts';

/** A foreground run of a program that tells the signals it gets. */
async function listener(context: TestContext): Promise<{ container: TestContainer; peer: Peer }> {
  const container = makeContainer(context, probing(['signals', '20']));
  const place = ['--root', container.state];
  const peer = startPeer(context, RUNTS, [...place, 'run', '-b', container.directory, container.id]);
  await until('the program to be ready', () => peer.output().includes('ready'));
  await waitForStatus(container, 'running');
  return { container, peer };
}

describe('kill', () => {
  it.for<[string, string]>([
    ['USR1', 'SIGUSR1'],
    ['SIGUSR2', 'SIGUSR2'],
    ['hup', 'SIGHUP'],
    ['10', 'SIGUSR1'],
    ['sigwinch', 'SIGWINCH'],
  ])('sends %s', async ([name, received], context) => {
    needs(context);
    const { container, peer } = await listener(context);
    expect(await container.runts(['kill', container.id, name])).toMatchObject({ status: 0, stderr: '' });
    await until('the signal', () => peer.output().includes(`"${received}"`));
    expect(await container.runts(['kill', container.id])).toMatchObject({ status: 0 });
    expect(await peer.ended).toBe(0);
    expect(peer.output()).toContain('"SIGTERM"');
  });

  it('an unknown signal is refused in the words of runc', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '60']));
    await create(container);
    const ended = await container.runts(['kill', container.id, 'NOTHING']);
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toContain('unknown signal "NOTHING"');
  });

  it('a created container can be killed', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '60']));
    await create(container);
    expect(await container.runts(['kill', container.id, 'KILL'])).toMatchObject({ status: 0 });
    await waitForStatus(container, 'stopped');
  });

  it('a created container ends by SIGTERM as a program without a handler would', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '60']));
    await create(container);
    expect(await container.runts(['kill', container.id])).toMatchObject({ status: 0, stderr: '' });
    await waitForStatus(container, 'stopped');
  });

  it('a created container ends by SIGTERM however soon that comes', async (context) => {
    needs(context);
    const { state, directory, scratch, id, runts } = makeContainer(context, probing(['sleep', '60']));
    const file = join(scratch, 'pid');
    const create = [RUNTS, '--root', state, 'create', '--pid-file', file, '-b', directory];
    for (let i = 0; i < 5; i++) {
      const script = `"$@" ${id} >/dev/null && kill "$(cat ${file})"`;
      expect(await run('sh', ['-c', script, 'sh', ...create])).toMatchObject({ status: 0, stderr: '' });
      const pid = Number(readFileSync(file, 'utf8'));
      await until('its end', () => !existsSync(`/proc/${pid}/root/bin`));
      expect(await runts(['delete', id])).toMatchObject({ status: 0, stderr: '' });
    }
  });

  it('a stopped container cannot: "container not running", but --all is content', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['true']));
    await startDetached(container);
    await waitForStatus(container, 'stopped');
    const ended = await container.runts(['kill', container.id, 'TERM']);
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toContain('container not running');
    expect(await container.runts(['kill', '--all', container.id, '9'])).toMatchObject({ status: 0 });
  });

  it('SIGKILL of a container with the pid namespace of the host ends all its processes', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      probing(['spawn', '3', '60'], ['sleep', '60'])(config);
      config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'pid');
    });
    await startDetached(container);
    await until('the children', () => holdings(container.id).processes.length >= 4);
    expect(await container.runts(['kill', container.id, 'KILL'])).toMatchObject({ status: 0 });
    await until('all to be gone', () => holdings(container.id).processes.length === 0);
  });

  it('run ends with 128 and the number of the signal', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '60']));
    const ending = runContainer(container);
    await until('the program', () =>
      holdings(container.id).processes.some((each) => each.includes('/bin/inspect')),
    );
    await until('its state', () => holdings(container.id).cgroups.length > 0);
    let killed = await container.runts(['kill', container.id, 'KILL']);
    for (let i = 0; i < 50 && killed.status !== 0; i++)
      killed = await container.runts(['kill', container.id, 'KILL']);
    expect((await ending).status).toBe(137);
  });

  it('run forwards the signals that it gets itself', async (context) => {
    needs(context);
    const { peer } = await listener(context);
    for (const signal of ['SIGUSR1', 'SIGHUP', 'SIGINT'] as const) {
      peer.child.kill(signal);
      await until(signal, () => peer.output().includes(`"${signal}"`));
    }
    peer.child.kill('SIGTERM');
    expect(await peer.ended).toBe(0);
  });

  it('the process of state is gone after kill', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '60']));
    await startDetached(container);
    const { pid } = await stateOf(container);
    await container.runts(['kill', container.id, 'KILL']);
    await waitForStatus(container, 'stopped');
    expect(holdings(container.id).processes.filter((each) => each.startsWith(`${pid} `))).toEqual([]);
  });
});
