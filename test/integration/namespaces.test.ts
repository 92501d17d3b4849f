import { readFileSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import {
  inspected,
  makeContainer,
  refused,
  runContainer,
  startDetached,
  stateOf,
} from '../support/container.ts';
import { ownUsers, probing } from '../support/config.ts';
import type { Report } from '../support/report.ts';

const hostId = (name: string): string => /\[(\d+)\]/.exec(readlinkSync(`/proc/self/ns/${name}`))?.[1] ?? '';

const NAMES = { pid: 'pid', network: 'net', ipc: 'ipc', uts: 'uts', mount: 'mnt', cgroup: 'cgroup' } as const;

describe('namespaces', () => {
  it("those of the config are new, the others are the host's", async (context) => {
    needs(context);
    const { namespaces } = await inspected(context);
    for (const name of Object.values(NAMES)) expect(namespaces[name]?.id).not.toBe(hostId(name));
    expect(namespaces['user']?.id).toBe(hostId('user'));
    expect(namespaces['time']?.id).toBe(hostId('time'));
  });

  it.for(Object.entries(NAMES).filter(([type]) => type !== 'mount'))(
    "without %s the host's is kept",
    async ([type, name], context) => {
      needs(context);
      const { namespaces } = await inspected(context, (config) => {
        config.linux.namespaces = config.linux.namespaces.filter((each) => each.type !== type);
        if (type === 'uts') delete config.hostname;
      });
      expect(namespaces[name]?.id).toBe(hostId(name));
    },
  );

  it('all eight are new', async (context) => {
    needs(context, 'user namespaces', 'time namespaces');
    const { namespaces, pid } = await inspected(context, (config) => {
      ownUsers(config);
      config.linux.namespaces.push({ type: 'time' });
    });
    expect(Object.keys(namespaces)).toHaveLength(8);
    for (const [name, { id, is }] of Object.entries(namespaces)) {
      expect(id, name).not.toBe(hostId(name));
      expect(is, name).toBe('own');
    }
    expect(pid).toBe(1);
  });

  it('time offsets are those of the config', async (context) => {
    needs(context, 'time namespaces');
    const { timeOffsets } = await inspected(context, ({ linux }) => {
      linux.namespaces.push({ type: 'time' });
      linux['timeOffsets'] = {
        monotonic: { secs: 7881, nanosecs: 2718281 },
        boottime: { secs: 1337, nanosecs: 3141519 },
      };
    });
    expect(timeOffsets).toEqual({
      monotonic: { secs: '7881', nanosecs: '2718281' },
      boottime: { secs: '1337', nanosecs: '3141519' },
    });
  });

  it('a namespace is joined by its path', async (context) => {
    needs(context);
    const first = makeContainer(context, probing(['sleep', '60']));
    await startDetached(first);
    const { pid } = await stateOf(first);
    const joined = ['network', 'ipc', 'uts', 'pid'] as const;
    const { namespaces, processes } = await inspected(context, (config) => {
      delete config.hostname;
      for (const each of config.linux.namespaces) {
        if (joined.includes(each.type as 'pid')) each.path = `/proc/${pid}/ns/${NAMES[each.type as 'pid']}`;
      }
    });
    for (const type of joined) {
      expect(namespaces[NAMES[type]]?.id).toBe(
        /\d+/.exec(readlinkSync(`/proc/${pid}/ns/${NAMES[type]}`))?.[0],
      );
    }
    expect(namespaces['mnt']?.id).not.toBe(hostId('mnt'));
    expect(processes).toContainEqual({ pid: 1, command: 'inspect' });
  });

  it('a namespace of another type at the path is an error that names the property', async (context) => {
    needs(context);
    const message = await refused(context, ({ linux }) => {
      linux.namespaces = linux.namespaces.map((each) =>
        each.type === 'network' ? { type: 'network', path: '/proc/self/ns/uts' } : each,
      );
    });
    expect(message).toMatch(/namespaces\[1\]/);
  });

  it('a path that is missing, or no namespace, is an error', async (context) => {
    needs(context);
    const at = (path: string) =>
      refused(context, ({ linux }) => {
        linux.namespaces = linux.namespaces.map((each) =>
          each.type === 'network' ? { type: 'network', path } : each,
        );
      });
    expect(await at('/no/such/namespace')).toMatch(/namespaces\[1\].*no such file or directory/s);
    expect(await at('/etc/passwd')).toMatch(/namespaces\[1\]/);
  });

  it('the same type twice is refused', async (context) => {
    needs(context);
    const message = await refused(context, ({ linux }) => {
      linux.namespaces.push({ type: 'pid' });
    });
    expect(message).toMatch(/namespaces/);
  });

  it('the loopback interface of a new network namespace is up', async (context) => {
    needs(context);
    const { interfaces } = await inspected(context);
    expect(interfaces.find(({ name }) => name === 'lo')).toEqual({
      name: 'lo',
      up: true,
      address: '127.0.0.1',
    });
  });

  it('hostname and domainname are set and stay inside', async (context) => {
    needs(context);
    const before = readFileSync('/proc/sys/kernel/hostname', 'utf8');
    const report = await inspected(context, (config) => {
      config.hostname = 'inside';
      config.domainname = 'example.org';
    });
    expect(report).toMatchObject({ hostname: 'inside', domainname: 'example.org' });
    expect(readFileSync('/proc/sys/kernel/hostname', 'utf8')).toBe(before);
  });

  it('a hostname without a uts namespace is refused', async (context) => {
    needs(context);
    const message = await refused(context, ({ linux }) => {
      linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'uts');
    });
    expect(message).toMatch(/hostname/);
    expect(message).toMatch(/uts/i);
  });

  it('without a mount namespace nothing of the host changes', async (context) => {
    needs(context);
    const before = readFileSync('/proc/self/mountinfo', 'utf8');
    const container = makeContainer(context, (config) => {
      config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'mount');
      config.mounts = [];
      delete config.linux.maskedPaths;
      delete config.linux.readonlyPaths;
    });
    const ended = await runContainer(container);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
    if (ended.status === 0) expect((JSON.parse(ended.stdout) as Report).cwd).toBe('/');
    else expect(ended.stderr).toMatch(/mount/);
  });

  it('a list for inspect tells own from shared', async (context) => {
    needs(context);
    const list = ['mnt', 'net', 'user'].map((name) => `${name}=${hostId(name)}`).join();
    const { namespaces } = await inspected(context, ({ process }) => {
      process.args.push('--host-namespaces', list);
    });
    expect(namespaces['mnt']?.is).toBe('own');
    expect(namespaces['user']?.is).toBe('shared');
  });
});
