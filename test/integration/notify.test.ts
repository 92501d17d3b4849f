import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { makeContainer, parseProbes } from '../support/container.ts';
import { socketPeer } from '../support/peer.ts';
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

describe('seccomp agent', () => {
  it('listenerPath gets the descriptor with the state, and its answers count', async (context) => {
    needs(context);
    let socket = '';
    const container = makeContainer(context, (config, { scratch }) => {
      socket = join(scratch, 'a.sock');
      probing(['syscall', 'getppid'])(config);
      config.linux.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        listenerPath: socket,
        listenerMetadata: 'some words',
        syscalls: [{ names: ['getppid'], action: 'SCMP_ACT_NOTIFY' }],
      };
    });
    const peer = await socketPeer(context, 'seccomp-agent', socket, '4242');
    const ended = await container.runts(['run', '-b', container.directory, container.id]);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(parseProbes(ended.stdout)).toEqual([{ probe: 'syscall', value: 4242 }]);
    const received =
      peer
        .output()
        .split('\n')
        .find((line) => line.includes('received')) ?? '{}';
    const { payload } = JSON.parse(received) as { payload: string };
    expect(JSON.parse(payload.replace(/\0$/, ''))).toMatchObject({
      fds: ['seccompFd'],
      metadata: 'some words',
      state: { id: container.id, bundle: container.directory },
    });
  });
});
