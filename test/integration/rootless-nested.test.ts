import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { mapping, probing, withoutUsers } from '../support/config.ts';
import type { Prepare, TestContainer } from '../support/container.ts';
import { inspectedBy, parseProbes, runContainer } from '../support/container.ts';
import { deviceAt, mountAt } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { RUNTS } from '../support/run.ts';
import { makeUser, makeUserContainer } from '../support/user.ts';
import type { UserOptions } from '../support/user.ts';

/** Root of a user namespace with the user's own id and nobody else's, with a mount namespace, as `podman unshare` is. */
const ROOT_OF_OWN = ['unshare', '--user', '--map-root-user', '--mount'];
/** With subordinate ids as well. */
const ROOT_OF_MANY = ['unshare', '--user', '--map-root-user', '--map-auto', '--mount'];

/** Ids that root of many has. */
const someOfMany = mapping({ containerID: 0, hostID: 10, size: 1000 });

function nested(context: TestContext, prepare: Prepare, options: UserOptions = {}): TestContainer {
  const user = makeUser(context, { within: ROOT_OF_OWN, ...options });
  return makeUserContainer(context, user, prepare);
}

describe('root of a user namespace', () => {
  it('runs a container in it', async (context) => {
    needs(context, 'user namespaces');
    const report = await inspectedBy(nested(context, withoutUsers));
    expect(report).toMatchObject({ uid: 0, gid: 0, pid: 1, hostname: 'test', setgroups: 'deny' });
    expect(report.uidMap).toEqual([{ inside: 0, outside: 70_001, size: 1 }]);
    expect(deviceAt(report, '/dev/null')).toMatchObject({ type: 'char', major: 1, minor: 3 });
    expect(mountAt(report, '/sys')?.type).toBe('sysfs');
  });

  it('runs a container with a user namespace of its own', async (context) => {
    needs(context, 'user namespaces', 'id tools');
    const container = nested(
      context,
      (config) => {
        someOfMany(config);
        config.process.user = { uid: 3, gid: 4, additionalGids: [7] };
      },
      { within: ROOT_OF_MANY },
    );
    const report = await inspectedBy(container);
    expect(report).toMatchObject({ uid: 3, gid: 4, groups: [7] });
    expect(report.uidMap).toEqual([{ inside: 0, outside: 10, size: 1000 }]);
  });

  it('creates, starts, enters, kills and deletes it', async (context) => {
    needs(context, 'user namespaces');
    const user = makeUser(context, { within: ROOT_OF_OWN });
    const container = makeUserContainer(context, user, (config) => {
      withoutUsers(config);
      probing(['sleep', '60'])(config);
    });
    const script = [
      'r="$0 --root $1"',
      '$r create -b "$2" "$3" >"$2/log" 2>&1',
      '$r start "$3"',
      '$r exec "$3" /bin/inspect echo entered',
      '$r kill "$3" KILL',
      '$r delete --force "$3"',
      '$r list -q',
    ];
    const args = [RUNTS, container.state, container.directory, container.id];
    const ended = await user.run(['sh', '-ec', script.join('\n'), ...args]);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(ended.stdout).toContain('entered');
    expect(ended.stdout).not.toContain(container.id);
  });

  it('shares the pid and network namespaces of outside, with their proc and sys', async (context) => {
    needs(context, 'user namespaces');
    const container = nested(context, (config) => {
      withoutUsers(config);
      config.linux.namespaces = config.linux.namespaces.filter(
        ({ type }) => type !== 'pid' && type !== 'network',
      );
    });
    const ended = await runContainer(container);
    expect(ended.stderr).toContain(
      'warning: linux.namespaces: without a pid namespace and a cgroup of its own',
    );
    const report = JSON.parse(ended.stdout) as Report;
    expect(report.pid).toBeGreaterThan(1);
    expect(mountAt(report, '/proc')?.type).toBe('proc');
    expect(mountAt(report, '/sys')).toMatchObject({ type: 'sysfs' });
  });

  it('is told which ids it does not know', async (context) => {
    needs(context, 'user namespaces');
    const container = nested(context, ({ linux }) => {
      linux['uidMappings'] = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    });
    const ended = await runContainer(container);
    expect(ended.stderr).toMatch(
      /linux\.uidMappings\[0\]\.hostID: 100000-165535 are not all known in the user namespace that runts runs in/,
    );
    expect(ended.stderr).toContain('it has the uids 0');
  });

  it('is told that parts of /proc are covered outside', async (context) => {
    needs(context, 'user namespaces');
    const container = nested(context, withoutUsers, { mounts: 'mount -t tmpfs mask /proc/sys' });
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/mounts\[0\]: cannot mount proc at \/proc: operation not permitted/);
    expect(ended.stderr).toContain('masked paths');
  });

  it('sees the sys of outside where parts of that are covered, read-only', async (context) => {
    needs(context, 'user namespaces');
    const container = nested(
      context,
      (config) => {
        withoutUsers(config);
        config.mounts.find(({ type }) => type === 'sysfs')?.options?.splice(-1, 1);
        probing(['ls', '/sys/kernel'], ['write', '/sys/class/x', 'x'], ['open', '/sys/block', 'r'])(config);
      },
      { mounts: 'mount -t tmpfs mask /sys/kernel' },
    );
    const ended = await runContainer(container);
    expect(ended.stderr).toBe('');
    const [list, write] = parseProbes(ended.stdout);
    expect(list?.value).toEqual([]);
    expect(write?.error).toBe('EROFS');
  });

  it('is told that no further user namespaces are allowed', async (context) => {
    needs(context, 'user namespaces');
    const forbid = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"';
    const container = nested(context, () => {}, { within: [...ROOT_OF_OWN, 'sh', '-ec', forbid, 'sh'] });
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(
      /linux\.namespaces\[\d\]: this kernel makes no user namespaces for root of this user namespace: user\.max_user_namespaces = 0/,
    );
    expect(ended.stderr).toContain('sysctl -w user.max_user_namespaces=15000');
  });

  it('binds what only it may reach', async (context) => {
    needs(context, 'user namespaces');
    const container = nested(context, (config, { scratch }) => {
      withoutUsers(config);
      mkdirSync(join(scratch, 'private'), { mode: 0o700 });
      config.mounts.push({ destination: '/data', source: join(scratch, 'private'), options: ['rbind'] });
      probing(['write', '/data/x', 'x'], ['stat', '/data/x'])(config);
    });
    const ended = await runContainer(container);
    expect(ended.stderr).toBe('');
    expect(parseProbes(ended.stdout)[1]?.value).toMatchObject({ uid: 0 });
  });

  it('is told that the mounts outside are not its own', async (context) => {
    needs(context, 'user namespaces', 'id tools');
    const container = nested(
      context,
      (config) => {
        someOfMany(config);
        config.mounts.push({ destination: '/data', source: '/etc', options: ['rbind'] });
      },
      { within: ROOT_OF_MANY.filter((word) => word !== '--mount') },
    );
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/mounts\[7\]: cannot open \/etc: operation not permitted/);
    expect(ended.stderr).toContain('unshare --mount');
  });
});
