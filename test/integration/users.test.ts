import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { all, ownUsers, probing } from '../support/config.ts';
import {
  inspected,
  makeContainer,
  parseProbes,
  probed,
  refused,
  runContainer,
  startDetached,
  stateOf,
} from '../support/container.ts';
import { deviceAt, mountAt } from '../support/report.ts';
import type { Report } from '../support/report.ts';

describe('user namespaces', () => {
  it('ids are mapped as the config says', async (context) => {
    needs(context, 'user namespaces');
    const report = await inspected(context, ({ linux }) => {
      linux.namespaces.push({ type: 'user' });
      linux['uidMappings'] = [
        { containerID: 0, hostID: 100_000, size: 1000 },
        { containerID: 1000, hostID: 200_000, size: 5 },
      ];
      linux['gidMappings'] = [{ containerID: 0, hostID: 300_000, size: 65_536 }];
    });
    expect(report).toMatchObject({ uid: 0, gid: 0, groups: [], pid: 1 });
    expect(report.uidMap).toEqual([
      { inside: 0, outside: 100_000, size: 1000 },
      { inside: 1000, outside: 200_000, size: 5 },
    ]);
    expect(report.gidMap).toEqual([{ inside: 0, outside: 300_000, size: 65_536 }]);
  });

  it('without mappings the root is who runs the runtime, and nobody else is known', async (context) => {
    needs(context, 'user namespaces');
    const container = makeContainer(context, ({ linux, mounts }) => {
      linux.namespaces.push({ type: 'user' });
      for (const mount of mounts)
        mount.options = (mount.options ?? []).filter((option) => option !== 'gid=5');
    });
    const ended = await runContainer(container);
    expect(ended.stderr).toMatch(/^runts: warning: linux.uidMappings: there are none/);
    const report = JSON.parse(ended.stdout) as Report;
    const own = [{ inside: 0, outside: 0, size: 1 }];
    expect(report).toMatchObject({ uid: 0, gid: 0, uidMap: own, gidMap: own });
  });

  it('the process has the mapped id outside', async (context) => {
    needs(context, 'user namespaces');
    const container = makeContainer(context, all(ownUsers, probing(['sleep', '60'])));
    await startDetached(container);
    const { pid } = await stateOf(container);
    expect(statSync(`/proc/${pid}`).uid).toBe(100_000);
  });

  it('capabilities count inside only: a mount of the host namespace cannot be made', async (context) => {
    needs(context, 'user namespaces');
    const full = ['CAP_SYS_ADMIN', 'CAP_CHOWN', 'CAP_MKNOD', 'CAP_DAC_OVERRIDE'];
    const [mknod, write] = await probed(
      context,
      [
        ['mknod', '/tmp/null', 'c', '1', '3'],
        ['write', '/etc/passwd', 'x'],
      ],
      (config) => {
        ownUsers(config);
        config.process.capabilities = { bounding: full, effective: full, permitted: full };
      },
    );
    expect(mknod?.error).toBe('EPERM');
    expect(write?.error).toBe('EACCES');
  });

  it('the default devices are there and work', async (context) => {
    needs(context, 'user namespaces');
    const report = await inspected(context, ownUsers);
    expect(deviceAt(report, '/dev/null')).toMatchObject({ type: 'char', major: 1, minor: 3 });
    expect(deviceAt(report, '/dev/urandom')).toMatchObject({ type: 'char', major: 1, minor: 9 });
    const [write] = await probed(context, [['write', '/dev/null', 'x']], ownUsers);
    expect(write?.error).toBeUndefined();
  });

  it('the user of the config is one of the namespace', async (context) => {
    needs(context, 'user namespaces');
    const report = await inspected(context, (config) => {
      ownUsers(config);
      config.process.user = { uid: 1000, gid: 1000, additionalGids: [5, 6] };
    });
    expect(report).toMatchObject({ uid: 1000, gid: 1000, groups: [5, 6] });
  });

  it('a user that is not mapped is an error that says so', async (context) => {
    needs(context, 'user namespaces');
    const message = await refused(context, (config) => {
      ownUsers(config);
      config.process.user = { uid: 70_000, gid: 0 };
    });
    expect(message).toMatch(/user|uid/);
    expect(message).toMatch(/70000|mapped/);
  });

  it('a user namespace is joined by its path', async (context) => {
    needs(context, 'user namespaces');
    const first = makeContainer(context, all(ownUsers, probing(['sleep', '60'])));
    await startDetached(first);
    const { pid } = await stateOf(first);
    const report = await inspected(context, ({ linux }) => {
      linux.namespaces.push({ type: 'user', path: `/proc/${pid}/ns/user` });
    });
    expect(report.uidMap).toEqual([{ inside: 0, outside: 100_000, size: 65_536 }]);
    expect(report).toMatchObject({ uid: 0, gid: 0 });
  });

  it('mappings without a user namespace, and one list of the two, are refused', async (context) => {
    needs(context);
    const without = await refused(context, ({ linux }) => {
      linux['uidMappings'] = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    });
    expect(without).toMatch(/uidMappings|namespaces/);
    const bare = await refused(context, ({ linux }) => {
      linux.namespaces.push({ type: 'user' });
      linux['uidMappings'] = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    });
    expect(bare).toMatch(/gidMappings/);
  });

  it('the bundle may lie where the mapped root cannot go', async (context) => {
    needs(context, 'user namespaces');
    const container = makeContainer(context, ownUsers);
    chmodSync(container.scratch, 0o700);
    expect(await runContainer(container)).toMatchObject({ status: 0, stderr: '' });
  });

  it.for(['private', 'slave', 'shared', 'rshared', 'unbindable'])(
    'it may do so with rootfsPropagation %s, and nothing reaches the host',
    async (propagation, context) => {
      needs(context, 'user namespaces');
      const container = makeContainer(context, (config) => {
        ownUsers(config);
        config.linux.rootfsPropagation = propagation;
      });
      chmodSync(container.scratch, 0o700);
      const ended = await runContainer(container);
      expect(ended).toMatchObject({ status: 0, stderr: '' });
      const root = mountAt(JSON.parse(ended.stdout) as Report, '/')?.propagation;
      // a slave of what the host shares with nobody is private
      expect(root).toMatch(propagation === 'slave' ? /slave|private/ : propagation.replace(/^r/, ''));
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(container.id);
    },
  );

  it('it may do so with --no-pivot, a joined user namespace, and no mount namespace', async (context) => {
    needs(context, 'user namespaces');
    const first = makeContainer(context, all(ownUsers, probing(['sleep', '60'])));
    chmodSync(first.scratch, 0o700);
    await startDetached(first);
    const { pid } = await stateOf(first);
    const joining = makeContainer(context, ({ linux }) => {
      linux.namespaces.push({ type: 'user', path: `/proc/${pid}/ns/user` });
    });
    chmodSync(joining.scratch, 0o700);
    expect(await runContainer(joining)).toMatchObject({ status: 0, stderr: '' });
    const moved = makeContainer(context, ownUsers);
    chmodSync(moved.scratch, 0o700);
    expect(await moved.runts(['run', '--no-pivot', '--bundle', moved.directory, moved.id])).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('a container without a mount namespace may lie there, and is entered there', async (context) => {
    needs(context, 'user namespaces');
    const container = makeContainer(context, (config, { rootfs }) => {
      all(ownUsers, probing(['sleep', '60']))(config);
      chownSync(join(rootfs, 'dev'), 100_000, 100_000);
      config.mounts = [];
      config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'mount');
      config.linux.maskedPaths = [];
      config.linux.readonlyPaths = [];
      config.linux['devices'] = [];
    });
    chmodSync(container.scratch, 0o700);
    await startDetached(container);
    const found = await container.runts(['exec', container.id, '/bin/inspect', 'ls', '/']);
    expect(found.stderr).toBe('');
    expect(parseProbes(found.stdout)[0]?.value).toContain('bin');
  });

  it('layers may lie there, over a directory that is open to the root of the host alone', async (context) => {
    needs(context, 'user namespaces', 'overlay');
    const container = makeContainer(context, (config, { directory, rootfs }) => {
      ownUsers(config);
      for (const name of ['upper', 'work', 'empty']) mkdirSync(join(directory, name));
      config.annotations = {
        'dev.runts.overlay.lower': rootfs,
        'dev.runts.overlay.upper': 'upper',
        'dev.runts.overlay.work': 'work',
      };
      config.root.path = 'empty';
      chmodSync(join(directory, 'empty'), 0o700);
    });
    chmodSync(container.scratch, 0o700);
    expect(await runContainer(container)).toMatchObject({ status: 0, stderr: '' });
  });

  it.for([undefined, 'rshared'])(
    'what the host mounts later appears in a bind mount, not the other way round (rootfsPropagation %s)',
    async (rootfsPropagation, context) => {
      needs(context, 'user namespaces');
      let shared = '';
      const container = makeContainer(context, (config, { scratch, rootfs }) => {
        all(ownUsers, probing(['sleep', '60']))(config);
        shared = join(scratch, 'shared');
        mkdirSync(shared);
        mkdirSync(join(rootfs, 'data'));
        const { linux, mounts } = config;
        if (rootfsPropagation !== undefined) linux.rootfsPropagation = rootfsPropagation;
        mounts.push({ destination: '/data', source: shared, options: ['rbind'] });
        mounts.push({ destination: '/data/own', type: 'tmpfs', source: 'own' });
      });
      context.onTestFinished(() => void spawnSync('umount', ['--recursive', '--lazy', shared]));
      spawnSync('mount', ['-t', 'tmpfs', 'runts-test', shared]);
      spawnSync('mount', ['--make-shared', shared]);
      await startDetached(container);
      mkdirSync(join(shared, 'later'));
      spawnSync('mount', ['-t', 'tmpfs', 'runts-test', join(shared, 'later')]);
      writeFileSync(join(shared, 'later/file'), 'flows in');
      const read = await container.runts(['exec', container.id, '/bin/inspect', 'read', '/data/later/file']);
      expect(parseProbes(read.stdout)[0]?.value).toBe('flows in');
      expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('shared/own');
    },
  );

  it('the source of a bind mount may lie where the mapped root cannot go', async (context) => {
    needs(context, 'user namespaces');
    const [read] = await probed(context, [['read', '/data/file']], (config, { scratch, rootfs }) => {
      ownUsers(config);
      mkdirSync(join(rootfs, 'data'));
      mkdirSync(join(scratch, 'closed/data'), { recursive: true });
      writeFileSync(join(scratch, 'closed/data/file'), 'reached');
      chmodSync(join(scratch, 'closed'), 0o700);
      config.mounts.push({
        destination: '/data',
        source: join(scratch, 'closed/data'),
        options: ['bind', 'ro'],
      });
    });
    expect(read?.value).toBe('reached');
  });
});
