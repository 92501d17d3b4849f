import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { needs } from '../support/conditions.ts';
import { ownUsers, probing } from '../support/config.ts';
import {
  create,
  makeContainer,
  parseProbes,
  refused,
  runContainer,
  startDetached,
  stateOf,
} from '../support/container.ts';
import type { Prepare, TestContainer } from '../support/container.ts';
import { socketPeer } from '../support/peer.ts';
import type { Peer } from '../support/peer.ts';
import { until } from '../support/run.ts';

describe('NOTIFY_SOCKET', () => {
  it('READY of the program reaches the service manager, and then the pid', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['notify', 'STATUS=hidden\nREADY=1'], ['sleep', '1']));
    const socket = join(container.scratch, 'n.sock');
    const peer = await socketPeer(context, 'receive-notifications', socket, '5');
    const ended = await container.runts(['run', '-b', container.directory, container.id], {
      env: { NOTIFY_SOCKET: socket },
    });
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(parseProbes(ended.stdout)[0]).toEqual({ probe: 'notify', value: null });
    await until('the notification', () => /READY=1/.test(peer.output()) && /MAINPID=\d+/.test(peer.output()));
    expect(peer.output()).not.toContain('hidden');
  });

  it('the program finds the socket at /run/notify', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const socket = join(container.scratch, 'n.sock');
    const peer = await socketPeer(context, 'receive-notifications', socket, '1');
    const ended = await container.runts(['run', '-b', container.directory, container.id], {
      env: { NOTIFY_SOCKET: socket },
    });
    const { env } = JSON.parse(ended.stdout) as { env: string[] };
    expect(env).toContain('NOTIFY_SOCKET=/run/notify/notify.sock');
    await peer.ended;
  });
});

/** A profile whose agent answers getppid, and a program that calls it. */
const asking =
  (more: Record<string, unknown> = {}): Prepare =>
  (config, { scratch }) => {
    probing(['syscall', 'getppid'])(config);
    config.annotations = { key: 'value' };
    config.linux.seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      listenerPath: join(scratch, 'a.sock'),
      listenerMetadata: 'some words',
      syscalls: [{ names: ['getppid'], action: 'SCMP_ACT_NOTIFY' }],
      ...more,
    };
  };

const agentOf = (context: TestContext, { scratch }: TestContainer): Promise<Peer> =>
  socketPeer(context, 'seccomp-agent', join(scratch, 'a.sock'), '4242');

interface ProcessState {
  pid: number;
  state: { pid: number };
}

/** The container process state that the agent got with the descriptor. */
async function received(peer: Peer): Promise<ProcessState> {
  await until('the state to arrive', () => peer.output().includes('"received"'));
  const line = peer
    .output()
    .split('\n')
    .find((text) => text.includes('"received"'));
  const { received: kind, payload } = JSON.parse(line ?? '{}') as { received: string; payload: string };
  expect(kind).toMatch(/seccomp notify/);
  return JSON.parse(payload) as ProcessState;
}

const ANSWERED = [{ probe: 'syscall', value: 4242 }];

describe('seccomp agent', () => {
  it('gets the descriptor with the state, and its answers count', async (context) => {
    needs(context);
    const container = makeContainer(context, asking());
    const peer = await agentOf(context, container);
    const ended = await runContainer(container);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(parseProbes(ended.stdout)).toEqual(ANSWERED);
    const got = await received(peer);
    expect(got).toEqual({
      ociVersion: '1.3.0',
      fds: ['seccompFd'],
      pid: got.state.pid,
      metadata: 'some words',
      state: {
        ociVersion: '1.3.0',
        id: container.id,
        status: 'created',
        pid: expect.any(Number) as number,
        bundle: container.directory,
        annotations: { key: 'value' },
      },
    });
  });

  it.for([[], ['user']])('is told the pid of the host at start, with %j', async (namespaces, context) => {
    needs(context, 'user namespaces');
    const container = makeContainer(context, (config, bundle) => {
      asking()(config, bundle);
      probing(['syscall', 'getppid'], ['sleep', '60'])(config);
      if (namespaces.length > 0) ownUsers(config);
    });
    const created = await create(container);
    expect(created.status).toBe(0);
    // between create and start nothing is kept open that an agent would wait on
    const peer = await agentOf(context, container);
    const { pid } = await stateOf(container);
    expect(await container.runts(['start', container.id])).toMatchObject({ status: 0, stderr: '' });
    expect(await received(peer)).toMatchObject({ pid, state: { pid, status: 'created' } });
  });

  it('serves a process of exec as well, over a connection of its own', async (context) => {
    needs(context);
    const container = makeContainer(context, (config, bundle) => {
      asking()(config, bundle);
      probing(['sleep', '60'])(config);
    });
    await agentOf(context, container);
    await startDetached(container);
    unlinkSync(join(container.scratch, 'a.sock'));
    const peer = await agentOf(context, container);
    const { pid } = await stateOf(container);
    const ended = await container.runts(['exec', container.id, '/bin/inspect', 'syscall', 'getppid']);
    expect(parseProbes(ended.stdout)).toEqual(ANSWERED);
    const got = await received(peer);
    expect(got).toMatchObject({ metadata: 'some words', state: { pid, status: 'running' } });
    expect(got.pid).not.toBe(pid);
  });

  it('may be asked with every flag', async (context) => {
    needs(context);
    const flags = ['TSYNC', 'LOG', 'SPEC_ALLOW', 'WAIT_KILLABLE_RECV'];
    const container = makeContainer(
      context,
      asking({ flags: flags.map((flag) => `SECCOMP_FILTER_FLAG_${flag}`) }),
    );
    await agentOf(context, container);
    expect(parseProbes((await runContainer(container)).stdout)).toEqual(ANSWERED);
  });

  it('must listen: else the error names the property, and start can be tried again', async (context) => {
    needs(context);
    const container = makeContainer(context, asking());
    const ran = await runContainer(container);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(
      /linux\.seccomp\.listenerPath: failed to connect with seccomp agent at .*a\.sock: no such file/,
    );
    expect((await create(container)).status).toBe(0);
    const started = await container.runts(['start', container.id]);
    expect(started.stderr).toMatch(/linux\.seccomp\.listenerPath/);
    await agentOf(context, container);
    expect(await container.runts(['start', container.id])).toMatchObject({ status: 0, stderr: '' });
  });

  it('a profile that would keep the runtime from reaching it is refused', async (context) => {
    needs(context);
    const notify = { names: ['getppid'], action: 'SCMP_ACT_NOTIFY' };
    const denying = { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [notify] };
    expect(await refused(context, asking(denying))).toMatch(/seccomp.*sendmsg/);
    const waiting = { syscalls: [notify, { names: ['sendmsg'], action: 'SCMP_ACT_NOTIFY' }] };
    expect(await refused(context, asking(waiting))).toMatch(
      /SCMP_ACT_NOTIFY cannot be used for the sendmsg syscall/,
    );
    expect(await refused(context, asking({ listenerPath: undefined, listenerMetadata: undefined }))).toMatch(
      /listenerPath.*SCMP_ACT_NOTIFY needs it/,
    );
  });

  it('is left alone where no action asks for it', async (context) => {
    needs(context);
    const container = makeContainer(context, asking({ syscalls: [] }));
    expect(await runContainer(container)).toMatchObject({ status: 0, stderr: '' });
  });
});
