import { mkdirSync, readFileSync, readlinkSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cgroupRoot, needs } from '../support/conditions.ts';
import type { Condition } from '../support/conditions.ts';
import { all, ownUsers, probing } from '../support/config.ts';
import type { Change } from '../support/config.ts';
import { makeContainer, startDetached, stateOf, waitForStatus } from '../support/container.ts';
import type { TestContainer } from '../support/container.ts';
import type { TestContext } from 'vitest';
import { socketPeer } from '../support/peer.ts';
import type { Report } from '../support/report.ts';
import { INSPECT, RUNTS, run, until } from '../support/run.ts';

const REPORT = ['/bin/inspect', '--json'];

async function running(
  context: TestContext,
  change?: Change,
  ...conditions: Condition[]
): Promise<TestContainer> {
  needs(context, ...conditions);
  const container = makeContainer(context, all(probing(['sleep', '60']), change ?? (() => {})));
  await startDetached(container);
  return container;
}

async function execReport(container: TestContainer, ...flags: string[]): Promise<Report> {
  const ended = await container.runts(['exec', ...flags, container.id, ...REPORT]);
  expect(ended.stderr).toBe('');
  expect(ended.status).toBe(0);
  return JSON.parse(ended.stdout) as Report;
}

describe('exec', () => {
  it('runs in the namespaces, the root and the cgroup of the container', async (context) => {
    const container = await running(context);
    const { pid } = await stateOf(container);
    const report = await execReport(container);

    for (const [name, { id }] of Object.entries(report.namespaces)) {
      expect(readlinkSync(`/proc/${pid}/ns/${name}`), name).toContain(id);
    }
    expect(report.pid).toBeGreaterThan(1);
    expect(report.processes).toContainEqual({ pid: 1, command: 'inspect' });
    expect(report.cgroup.path).toBe('/');
    expect(report.exe).toBe('/bin/inspect');
    expect(report.hostname).toBe('test');
  });

  it('has the process attributes of the config: user, capabilities, env, no_new_privs, seccomp', async (context) => {
    const container = await running(context, (config) => {
      config.process.user = { uid: 1000, gid: 1000, additionalGids: [7], umask: 0o027 };
      config.process.env.push('A=1');
      config.linux.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['acct'], action: 'SCMP_ACT_ERRNO' }],
      };
    });
    const report = await execReport(container);
    expect(report).toMatchObject({ uid: 1000, gid: 1000, groups: [7], umask: '0027', noNewPrivileges: true });
    expect(report.env).toEqual(expect.arrayContaining(['A=1', 'HOME=/home/user']));
    expect(report.capabilities).toMatchObject({ effective: [], inheritable: [], ambient: [] });
    expect(report.capabilities.bounding).toEqual(['CAP_KILL', 'CAP_NET_BIND_SERVICE', 'CAP_AUDIT_WRITE']);
    expect(report.seccomp).toEqual({ mode: 2, filters: 1 });
  });

  it('flags change the process: --cwd --env --user --additional-gids --no-new-privs', async (context) => {
    const container = await running(context, ({ process }) => {
      delete process.noNewPrivileges;
    });
    const flags = [
      '--cwd',
      '/tmp',
      '-e',
      'X=1',
      '--env',
      'Y=a=b',
      '-u',
      '12:34',
      '-g',
      '5',
      '-g',
      '6',
      '--no-new-privs',
    ];
    const report = await execReport(container, ...flags);
    expect(report).toMatchObject({ cwd: '/tmp', uid: 12, gid: 34, groups: [5, 6], noNewPrivileges: true });
    expect(report.env).toEqual(expect.arrayContaining(['X=1', 'Y=a=b']));
  });

  it('--cap adds to bounding, effective and permitted, never to inheritable', async (context) => {
    const container = await running(context);
    const { capabilities } = await execReport(container, '--cap', 'CAP_SYS_PTRACE');
    for (const set of ['bounding', 'effective', 'permitted'] as const)
      expect(capabilities[set]).toContain('CAP_SYS_PTRACE');
    expect(capabilities.inheritable).toEqual([]);
    expect(capabilities.ambient).toEqual([]);
  });

  it.for([
    ['1', 1, 0],
    ['1:2', 1, 2],
    ['0:5', 0, 5],
    ['4294967294:4294967294', 4294967294, 4294967294],
  ] as const)('--user %s is %d:%d', async ([user, uid, gid], context) => {
    const container = await running(context);
    expect(await execReport(container, '--user', user)).toMatchObject({ uid, gid });
  });

  it('a user that is no number of the range is refused, never taken as 0', async (context) => {
    const container = await running(context);
    for (const user of [
      '-1',
      '4294967295',
      '4294967296',
      '0x1',
      '1a',
      'root',
      '1:',
      ':2',
      '1:2:3',
      '+1',
      ' 1',
    ]) {
      const ended = await container.runts(['exec', `--user=${user}`, container.id, ...REPORT]);
      expect(ended.status, user).toBe(255);
      expect(ended.stdout, user).toBe('');
    }
  });

  it('a process file says everything', async (context) => {
    const container = await running(context);
    const file = join(container.scratch, 'process.json');
    const process = {
      user: { uid: 5, gid: 6 },
      args: [...REPORT],
      env: ['PATH=/bin', 'ONLY=this'],
      cwd: '/etc',
      capabilities: { bounding: ['CAP_KILL'], effective: [], permitted: [] },
    };
    writeFileSync(file, JSON.stringify(process));
    const ended = await container.runts(['exec', '--process', file, container.id]);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    const report = JSON.parse(ended.stdout) as Report;
    expect(report).toMatchObject({ uid: 5, gid: 6, cwd: '/etc', noNewPrivileges: false });
    expect(report.env).toEqual(expect.arrayContaining(['PATH=/bin', 'ONLY=this']));
    expect(report.capabilities.bounding).toEqual(['CAP_KILL']);
  });

  it('its status and streams are those of the command', async (context) => {
    const container = await running(context);
    expect(await container.runts(['exec', container.id, '/bin/inspect', 'exit', '42'])).toMatchObject({
      status: 42,
    });
    expect(await container.runts(['exec', container.id, '/bin/inspect', 'kill-self', '15'])).toMatchObject({
      status: 143,
    });
    const cat = await container.runts(['exec', container.id, '/bin/inspect', 'cat'], {
      input: 'through exec',
    });
    expect(cat).toMatchObject({ status: 0, stdout: 'through exec' });
  });

  it('errors of the runtime are 255', async (context) => {
    const container = await running(context);
    const missing = await container.runts(['exec', container.id, 'no-such-program']);
    expect(missing).toMatchObject({ status: 255 });
    expect(missing.stderr).toContain('executable file not found in $PATH');
    const none = await container.runts(['exec', container.id]);
    expect(none.status).toBe(255);
    expect(none.stderr).toContain('exec args cannot be empty');
    expect((await container.runts(['exec', 'nobody', '/bin/x'])).status).toBe(255);
  });

  it('a stopped container takes none', async (context) => {
    const container = await running(context);
    await container.runts(['kill', container.id, 'KILL']);
    await waitForStatus(container, 'stopped');
    const ended = await container.runts(['exec', container.id, ...REPORT]);
    expect(ended.status).toBe(255);
    expect(ended.stderr).toContain('cannot exec in a stopped container');
  });

  it('detached it is left to who adopts it, with its exit status however short it ran', async (context) => {
    const container = await running(context);
    const file = join(container.scratch, 'exec.pid');
    const command = [RUNTS, '--root', container.state, 'exec', '--detach', '--pid-file', file, container.id];
    const ended = await run(INSPECT, ['adopt', file, ...command, '/bin/inspect', 'exit', '7']);
    expect(JSON.parse(ended.stdout)).toEqual({ probe: 'adopt', value: { program: 0, adopted: 7 } });
  });

  it('detached it goes on, with the pid in the pid file', async (context) => {
    const container = await running(context);
    const file = join(container.scratch, 'exec.pid');
    const flags = ['--detach', '--pid-file', file];
    const ended = await container.runts(['exec', ...flags, container.id, '/bin/inspect', 'sleep', '60'], {
      capture: false,
    });
    expect(ended.status).toBe(0);
    const pid = Number(readFileSync(file, 'utf8'));
    await until('the program', () => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('/bin/inspect'));
    const pids = await container.runts(['ps', '--format', 'json', container.id]);
    expect(JSON.parse(pids.stdout)).toContain(pid);
  });

  it('with a terminal over the console socket', async (context) => {
    const container = await running(context);
    const socket = join(container.scratch, 'e.sock');
    const peer = await socketPeer(context, 'receive-console', socket);
    const ended = await container.runts([
      'exec',
      '-t',
      '-d',
      '--console-socket',
      socket,
      container.id,
      ...REPORT,
    ]);
    expect(ended).toMatchObject({ status: 0 });
    await peer.ended;
    const line = peer
      .output()
      .split(/\r?\n/)
      .find((each) => each.startsWith('{"pid"'));
    expect((JSON.parse(line ?? 'null') as Report).terminal).toMatchObject({
      name: '/dev/pts/0',
      controlling: true,
    });
  });

  it('in a container with a user namespace', async (context) => {
    const container = await running(context, ownUsers, 'user namespaces');
    const report = await execReport(container);
    expect(report).toMatchObject({ uid: 0, gid: 0 });
    expect(report.uidMap).toEqual([{ inside: 0, outside: 100_000, size: 65_536 }]);
  });

  it('goes to the cgroup of the first process where that has left its own, and nobody kept it', async (context) => {
    const container = await running(context);
    const { pid } = await stateOf(container);
    const root = cgroupRoot ?? '';
    const other = join(root, `${container.config.linux.cgroupsPath ?? ''}-other`);
    mkdirSync(other);
    writeFileSync(join(other, 'cgroup.procs'), String(pid));
    rmdirSync(join(root, container.config.linux.cgroupsPath ?? ''));
    const { cgroup } = await execReport(container);
    expect(cgroup.path).toMatch(/-other$/);
    await container.runts(['delete', '--force', container.id]);
    rmdirSync(other);
  });

  it('no descriptor of the runtime comes along', async (context) => {
    const container = await running(context);
    const { files } = await execReport(container);
    expect(files.map(({ fd }) => fd)).toEqual([0, 1, 2]);
  });

  it('a working directory that leads out is refused', async (context) => {
    const container = await running(context);
    symlinkSync('/proc/self/fd', join(container.rootfs, 'fds'));
    for (let fd = 3; fd < 12; fd++) {
      const ended = await container.runts(['exec', '--cwd', `/proc/self/fd/${fd}`, container.id, ...REPORT]);
      if (ended.status === 0)
        expect((JSON.parse(ended.stdout) as Report).cwd).not.toMatch(/unreachable|\.\./);
      else expect(ended.status).toBe(255);
    }
  });
});
