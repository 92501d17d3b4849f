import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { mapping, probing, usualMounts, withoutUsers } from '../support/config.ts';
import {
  create,
  inspectedBy,
  parseProbes,
  runContainer,
  startDetached,
  stateOf,
  waitForStatus,
} from '../support/container.ts';
import { socketPeer } from '../support/peer.ts';
import { deviceAt, mountAt } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { RUNTS } from '../support/run.ts';
import { makeUser, makeUserContainer, subordinateIds } from '../support/user.ts';

describe('an ordinary user', () => {
  it('runs a container whose root he is himself', async (context) => {
    needs(context, 'user namespaces');
    const user = makeUser(context);
    const report = await inspectedBy(makeUserContainer(context, user));
    expect(report).toMatchObject({ uid: 0, gid: 0, groups: [], pid: 1, hostname: 'test', setgroups: 'deny' });
    expect(report.uidMap).toEqual([{ inside: 0, outside: user.id, size: 1 }]);
    expect(report.gidMap).toEqual([{ inside: 0, outside: user.id, size: 1 }]);
    expect(report.dumpable).toBe(true);
  });

  it('gets a user namespace for the config of root, and enters it', async (context) => {
    needs(context, 'user namespaces', 'id tools');
    const user = makeUser(context);
    const container = makeUserContainer(context, user, (config) => {
      probing(['sleep', '60'])(config);
      config.mounts = usualMounts();
      withoutUsers(config);
    });
    const created = await container.runts(['create', '-b', container.directory, container.id], {
      capture: false,
    });
    expect(created.status).toBe(0);
    expect(await container.runts(['start', container.id])).toMatchObject({ status: 0, stderr: '' });
    const entered = await container.runts(['exec', container.id, '/bin/inspect', '--json']);
    expect(entered.stderr).toBe('');
    expect((JSON.parse(entered.stdout) as Report).uidMap).toEqual([
      { inside: 0, outside: user.id, size: 1 },
      { inside: 1, outside: 500_000, size: 65_536 },
    ]);
  });

  it('has more ids in it by newuidmap and newgidmap', async (context) => {
    needs(context, 'user namespaces', 'id tools');
    const user = makeUser(context);
    const container = makeUserContainer(context, user, (config) => {
      subordinateIds(user)(config);
      config.mounts = usualMounts();
      config.process.user = { uid: 1000, gid: 1000, additionalGids: [5, 1001] };
    });
    const report = await inspectedBy(container);
    expect(report).toMatchObject({ uid: 1000, gid: 1000, groups: [5, 1001], setgroups: 'allow' });
    expect(report.uidMap).toEqual([
      { inside: 0, outside: user.id, size: 1 },
      { inside: 1, outside: 500_000, size: 65_536 },
    ]);
    expect(mountAt(report, '/dev/pts')?.superOptions).toContain('gid=500004');
  });

  it('owns outside what he makes inside', async (context) => {
    needs(context, 'user namespaces', 'id tools');
    const user = makeUser(context);
    const container = makeUserContainer(context, user, (config) => {
      probing(['write', '/tmp/by-root', 'x'], ['chown', '/tmp/by-root', '7', '8'])(config);
      config.process.capabilities = {
        effective: ['CAP_CHOWN'],
        permitted: ['CAP_CHOWN'],
        bounding: ['CAP_CHOWN'],
      };
      subordinateIds(user)(config);
    });
    const ended = await runContainer(container);
    expect(parseProbes(ended.stdout).map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(statSync(join(container.rootfs, 'tmp/by-root'))).toMatchObject({ uid: 500_006, gid: 500_007 });
  });

  it('has the devices of the machine in it, and makes none', async (context) => {
    needs(context, 'user namespaces');
    const container = makeUserContainer(context, makeUser(context));
    const report = await inspectedBy(container);
    expect(deviceAt(report, '/dev/null')).toMatchObject({ type: 'char', major: 1, minor: 3 });
    const probe = makeUserContainer(context, makeUser(context), (config) => {
      probing(['mknod', '/tmp/null', 'c', '1', '3'], ['write', '/dev/null', 'x'])(config);
      config.process.capabilities = {
        effective: ['CAP_MKNOD'],
        permitted: ['CAP_MKNOD'],
        bounding: ['CAP_MKNOD'],
      };
    });
    const [mknod, write] = parseProbes((await runContainer(probe)).stdout);
    expect([mknod?.error, write?.error]).toEqual(['EPERM', undefined]);
  });

  it('binds what is his, from a directory that is his alone', async (context) => {
    needs(context, 'user namespaces', 'id tools');
    const user = makeUser(context);
    const container = makeUserContainer(context, user, (config, { scratch }) => {
      mkdirSync(join(scratch, 'private'), { mode: 0o700 });
      writeFileSync(join(scratch, 'private/secret'), 'his', { mode: 0o600 });
      config.mounts.push({
        destination: '/data',
        source: join(scratch, 'private'),
        options: ['rbind', 'ro'],
      });
      probing(['read', '/data/secret'], ['write', '/data/secret', 'x'])(config);
      // root inside is a subordinate id, and the user himself is another one
      mapping(
        { containerID: 0, hostID: 500_000, size: 1000 },
        { containerID: 1000, hostID: user.id, size: 1 },
      )(config);
      config.process.user = { uid: 1000, gid: 1000 };
    });
    const ended = await runContainer(container);
    expect(ended.stderr).toBe('');
    const [read, write] = parseProbes(ended.stdout);
    expect(read?.value).toBe('his');
    expect(write?.error).toBe('EROFS');
  });

  it('creates, starts, enters, lists, kills and deletes', async (context) => {
    needs(context, 'user namespaces', 'id tools');
    const user = makeUser(context);
    const container = makeUserContainer(context, user, (config) => {
      probing(['sleep', '60'])(config);
      subordinateIds(user)(config);
    });
    await startDetached(container);
    expect(await stateOf(container)).toMatchObject({ status: 'running', id: container.id });
    const listed = await container.runts(['list']);
    expect(listed.stdout).toMatch(new RegExp(`${container.id} .* running .* ${user.name}\n`));
    const entered = await container.runts([
      'exec',
      '--user',
      '9:9',
      '-g',
      '5',
      container.id,
      '/bin/inspect',
      '--json',
    ]);
    expect(entered.stderr).toBe('');
    expect(JSON.parse(entered.stdout)).toMatchObject({ uid: 9, gid: 9, groups: [5], hostname: 'test' });
    expect(statSync(join(container.state, container.id)).mode & 0o777).toBe(0o700);
    expect(await container.runts(['kill', container.id, 'KILL'])).toMatchObject({ status: 0, stderr: '' });
    await waitForStatus(container, 'stopped');
    expect(await container.runts(['delete', container.id])).toMatchObject({ status: 0, stderr: '' });
  });

  it('enters a container in which setgroups is denied', async (context) => {
    needs(context, 'user namespaces');
    const container = makeUserContainer(context, makeUser(context), probing(['sleep', '60']));
    await startDetached(container);
    const entered = await container.runts(['exec', container.id, '/bin/inspect', '--json']);
    expect(entered.stderr).toBe('');
    expect(JSON.parse(entered.stdout)).toMatchObject({ uid: 0, groups: [], setgroups: 'deny' });
    const groups = await container.runts(['exec', '-g', '5', container.id, '/bin/inspect']);
    expect(groups.stderr).toContain('process.user.additionalGids: nobody may set groups');
  });

  it('joins the namespaces of another container of his', async (context) => {
    needs(context, 'user namespaces', 'id tools');
    const user = makeUser(context);
    const first = makeUserContainer(context, user, (config) => {
      probing(['sleep', '60'])(config);
      subordinateIds(user)(config);
    });
    await startDetached(first);
    const { pid } = await stateOf(first);
    const second = makeUserContainer(context, user, (config) => {
      delete config.hostname;
      delete config.linux['uidMappings'];
      delete config.linux['gidMappings'];
      config.process.user = { uid: 7, gid: 7, additionalGids: [9] };
      config.linux.namespaces = ['pid', 'mount', 'cgroup'].map((type) => ({ type }));
      for (const [type, name] of [
        ['user', 'user'],
        ['network', 'net'],
        ['ipc', 'ipc'],
        ['uts', 'uts'],
      ] as const)
        config.linux.namespaces.push({ type, path: `/proc/${pid}/ns/${name}` });
    });
    expect(await inspectedBy(second)).toMatchObject({
      uid: 7,
      groups: [9],
      hostname: 'test',
      setgroups: 'allow',
    });
  });

  it('has a terminal', async (context) => {
    needs(context, 'user namespaces');
    const container = makeUserContainer(context, makeUser(context), ({ process }) => {
      process.terminal = true;
      process.consoleSize = { width: 91, height: 37 };
    });
    const socket = join(container.scratch, 'c.sock');
    const peer = await socketPeer(context, 'receive-console', socket);
    chmodSync(socket, 0o777);
    expect(await create(container, ['--console-socket', socket])).toMatchObject({ status: 0 });
    expect(await container.runts(['start', container.id])).toMatchObject({ status: 0, stderr: '' });
    await peer.ended;
    const report = JSON.parse(/\{"pid".*\}/.exec(peer.output())?.[0] ?? 'null') as Report;
    expect(report.terminal).toEqual({ name: '/dev/pts/0', rows: 37, columns: 91, controlling: true });
    expect(deviceAt(report, '/dev/console')).toMatchObject({ type: 'char', major: 136, minor: 0, uid: 0 });
  });

  it('filters system calls and sets parameters of his namespaces', async (context) => {
    needs(context, 'user namespaces');
    const container = makeUserContainer(context, makeUser(context), (config) => {
      probing(['mkdir', '/tmp/x'], ['read', '/proc/sys/net/ipv4/ip_unprivileged_port_start'])(config);
      config.process.noNewPrivileges = false;
      config.linux.sysctl = { 'net.ipv4.ip_unprivileged_port_start': '7' };
      config.linux.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 71 }],
      };
    });
    const ended = await runContainer(container);
    expect(ended.stderr).toBe('');
    const [mkdir, sysctl] = parseProbes(ended.stdout);
    expect([mkdir?.error, sysctl?.value]).toEqual(['EPROTO', '7\n']);
  });

  it('runs hooks as himself', async (context) => {
    needs(context, 'user namespaces');
    const user = makeUser(context);
    const container = makeUserContainer(context, user, (config, { scratch }) => {
      const mark = (name: string) => ({ path: '/bin/touch', args: ['touch', join(scratch, name)] });
      config.hooks = { createRuntime: [mark('createRuntime')], poststop: [mark('poststop')] };
    });
    await inspectedBy(container);
    for (const name of ['createRuntime', 'poststop'])
      expect(statSync(join(container.scratch, name))).toMatchObject({ uid: user.id, gid: user.id });
  });

  it('raises the score of the out-of-memory killer, and does not lower it', async (context) => {
    needs(context, 'user namespaces');
    const user = makeUser(context);
    const scored = (value: number) =>
      makeUserContainer(context, user, ({ process }) => void (process['oomScoreAdj'] = value));
    expect(await inspectedBy(scored(321))).toMatchObject({ oomScoreAdj: '321' });
    const ended = await runContainer(scored(-1000));
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toMatch(
      /process\.oomScoreAdj: cannot set oom_score_adj to -1000: permission denied/,
    );
  });

  it('lowers limits, and does not raise them', async (context) => {
    needs(context, 'user namespaces');
    const user = makeUser(context);
    const limited = (hard: number) =>
      makeUserContainer(context, user, ({ process }) => {
        process.rlimits = [{ type: 'RLIMIT_NOFILE', soft: 64, hard }];
      });
    const report = await inspectedBy(limited(128));
    expect(report.rlimits['RLIMIT_NOFILE']).toEqual({ soft: '64', hard: '128' });
    const ended = await runContainer(limited(1_073_741_816));
    expect(ended.stderr).toMatch(/process\.rlimits\[0\]: cannot set RLIMIT_NOFILE: operation not permitted/);
  });

  it('keeps what the files of his containers say to himself', async (context) => {
    needs(context, 'user namespaces');
    const user = makeUser(context);
    const other = makeUser(context, { id: 70_002 });
    const container = makeUserContainer(context, user, probing(['sleep', '60']));
    await startDetached(container);
    const { pid } = await stateOf(container);
    for (const verb of [['list'], ['state', container.id], ['kill', container.id, 'KILL']]) {
      const ended = await other.run([RUNTS, '--root', container.state, ...verb]);
      expect(ended).toMatchObject({ status: 1, stdout: '' });
      expect(ended.stderr).toMatch(/belongs to another user|permission denied/);
    }
    expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('inspect\n');
    expect(statSync(`/proc/${pid}`).uid).toBe(user.id);
  });
});
