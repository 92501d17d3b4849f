/** Containers from specs of the builder: they see what its methods were asked for. */
import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { spec } from '../../src/spec/builder/builder.ts';
import type { SpecBuilder } from '../../src/spec/builder/builder.ts';
import { needs } from '../support/conditions.ts';
import {
  inspectedBy,
  makeContainer,
  parseProbes,
  runContainer,
  startDetached,
  stateOf,
} from '../support/container.ts';
import type { TestContainer } from '../support/container.ts';
import { deviceAt, mountAt } from '../support/report.ts';
import type { Probed, Report } from '../support/report.ts';

const hostId = (name: string): string => /\[(\d+)\]/.exec(readlinkSync(`/proc/self/ns/${name}`))?.[1] ?? '';

type Change = (builder: SpecBuilder, container: TestContainer) => SpecBuilder;

/** A container whose config.json is the base's with a change. */
function built(context: TestContext, change: Change, args = ['--json']): TestContainer {
  const container = makeContainer(context);
  const base = spec
    .base()
    .args('/bin/inspect', ...args)
    .cgroup(`/runts-test/${container.id}`);
  writeFileSync(join(container.directory, 'config.json'), change(base, container).json());
  return container;
}

const reported = (context: TestContext, change: Change): Promise<Report> =>
  inspectedBy(built(context, change));

async function probed(context: TestContext, change: Change, ...probes: string[][]): Promise<Probed[]> {
  const args = probes.flatMap((probe, at) => (at === 0 ? probe : [';', ...probe]));
  const ended = await runContainer(built(context, change, args));
  expect(ended.stderr).toBe('');
  return parseProbes(ended.stdout);
}

describe('a container of the base', () => {
  it('is apart from its host in everything but its user ids, and may do little', async (context) => {
    needs(context);
    const report = await reported(context, (base) => base);
    expect(report).toMatchObject({ pid: 1, uid: 0, gid: 0, cwd: '/', noNewPrivileges: true });
    expect(report.seccomp).toEqual({ mode: 2, filters: 1 });
    expect(report.capabilities.effective).toEqual(['CAP_KILL', 'CAP_NET_BIND_SERVICE', 'CAP_AUDIT_WRITE']);
    expect(mountAt(report, '/')?.options).toContain('ro');
    const shared = Object.entries(report.namespaces).filter(([name, { id }]) => id === hostId(name));
    expect(shared.map(([name]) => name).sort()).toEqual(['time', 'user']);
  });

  it('cannot write its root, mount, make namespaces or look into the kernel', async (context) => {
    needs(context);
    const probes = await probed(
      context,
      (base) => base,
      ['write', '/etc/passwd', 'x'],
      ['syscall', 'mount'],
      ['syscall', 'unshare'],
      ['syscall', 'getppid'],
    );
    expect(probes.map(({ error }) => error)).toEqual(['EROFS', 'EPERM', 'EPERM', undefined]);
  });
});

describe('a container sees', () => {
  it('its user, variables, directory, limits and names', async (context) => {
    needs(context);
    const report = await reported(context, (base) =>
      base
        .user({ uid: 1000, gid: 100, additionalGids: [5], umask: 0o077 })
        .env({ HOME: '/tmp', PATH: undefined })
        .cwd('/tmp')
        .rlimit('RLIMIT_NOFILE', 64, 128)
        .oomScoreAdj(300)
        .hostname('web')
        .domainname('example'),
    );
    expect(report).toMatchObject({
      ...{ uid: 1000, gid: 100, groups: [5], umask: '0077', cwd: '/tmp', env: ['HOME=/tmp'] },
      ...{ oomScoreAdj: '300', hostname: 'web', domainname: 'example' },
    });
    expect(report.rlimits['RLIMIT_NOFILE']).toEqual({ soft: '64', hard: '128' });
  });

  it('its mounts: from the host, in memory, and none that was taken away', async (context) => {
    needs(context);
    const report = await reported(context, (base, { scratch }) => {
      mkdirSync(join(scratch, 'data'));
      return base
        .mount({ bind: join(scratch, 'data'), to: '/tmp', readonly: 'recursive', options: ['nosuid'] })
        .tmpfs('/dev/shm', { size: '1MiB', mode: 0o700 })
        .unmount('/dev/mqueue');
    });
    expect(mountAt(report, '/tmp')?.options).toEqual(expect.arrayContaining(['ro', 'nosuid']));
    expect(mountAt(report, '/dev/shm')?.options).toEqual(
      expect.arrayContaining(['nosuid', 'nodev', 'noexec']),
    );
    expect(mountAt(report, '/dev/shm')?.superOptions).toEqual(
      expect.arrayContaining(['size=1024k', 'mode=700']),
    );
    expect(mountAt(report, '/dev/mqueue')).toBeUndefined();
  });

  it('its devices, and may use those alone, as it was allowed to', async (context) => {
    needs(context);
    // No driver has it, so that what is allowed ends as ENXIO.
    const device = {
      path: '/dev/mine',
      type: 'c',
      major: 4000,
      minor: 5,
      mode: 0o640,
      gid: 5,
      access: 'r',
    } as const;
    const withDevice: Change = (base) => base.device(device);
    expect(deviceAt(await reported(context, withDevice), '/dev/mine')).toMatchObject({
      ...{ type: 'char', major: 4000, minor: 5, mode: '0640', uid: 0, gid: 5 },
    });
    const opened = await probed(context, withDevice, ['open', '/dev/mine', 'r'], ['open', '/dev/mine', 'w']);
    expect(opened.map(({ error }) => error)).toEqual(['ENXIO', 'EPERM']);
  });

  it('its capabilities, also as another user', async (context) => {
    needs(context);
    const { capabilities } = await reported(context, (base) =>
      base.user(1000).capabilities({ drop: ['ALL'], ambient: ['CAP_NET_BIND_SERVICE'] }),
    );
    for (const set of Object.values(capabilities)) expect(set).toEqual(['CAP_NET_BIND_SERVICE']);
  });

  it('the ids of its user namespace, and its kernel parameters', async (context) => {
    needs(context, 'user namespaces');
    const report = await reported(context, (base) =>
      base.userns({ uid: 100_000, gid: 200_000 }).sysctl({ 'kernel.shm_rmid_forced': '1' }),
    );
    expect(report.uidMap).toEqual([{ inside: 0, outside: 100_000, size: 65_536 }]);
    expect(report.gidMap).toEqual([{ inside: 0, outside: 200_000, size: 65_536 }]);
  });

  it('its limits in the files of its cgroup', async (context) => {
    needs(context, 'memory', 'cpu', 'pids');
    const { cgroup } = await reported(context, (base) =>
      base.memory('64MiB', { swap: 0, reservation: '32MiB' }).cpus(1.5).pids(64),
    );
    expect(cgroup.values).toMatchObject({
      'memory.max': '67108864',
      'memory.low': '33554432',
      'cpu.max': '150000 100000',
      'pids.max': '64',
    });
  });

  it('the namespaces of another that it joins, as in a pod', async (context) => {
    needs(context);
    const first = built(context, (base) => base, ['sleep', '60']);
    await startDetached(first);
    const { pid } = await stateOf(first);
    const [one, two] = await Promise.all([
      reported(context, (base) => base.namespace('network', { pid }).namespace('ipc', { pid })),
      reported(context, (base) => base.namespace('network', { pid }).namespace('ipc', 'new')),
    ]);
    expect(one?.namespaces['net']?.id).toBe(two?.namespaces['net']?.id);
    expect(one?.namespaces['ipc']?.id).not.toBe(two?.namespaces['ipc']?.id);
  });
});
