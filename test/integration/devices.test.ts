import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { inspected, probed, refused } from '../support/container.ts';
import { deviceAt } from '../support/report.ts';

const DEFAULT = {
  null: [1, 3],
  zero: [1, 5],
  full: [1, 7],
  random: [1, 8],
  urandom: [1, 9],
  tty: [5, 0],
} as const;
const LINKS = {
  '/dev/fd': '/proc/self/fd',
  '/dev/stdin': '/proc/self/fd/0',
  '/dev/stdout': '/proc/self/fd/1',
  '/dev/stderr': '/proc/self/fd/2',
  '/dev/ptmx': 'pts/ptmx',
};

describe('devices', () => {
  it('the default ones are there, for everybody', async (context) => {
    needs(context);
    const report = await inspected(context);
    for (const [name, [major, minor]] of Object.entries(DEFAULT)) {
      expect(deviceAt(report, `/dev/${name}`)).toMatchObject({
        type: 'char',
        major,
        minor,
        mode: '0666',
        uid: 0,
        gid: 0,
      });
    }
  });

  it('the links of /dev are there', async (context) => {
    needs(context);
    const report = await inspected(context);
    for (const [path, target] of Object.entries(LINKS)) {
      expect(deviceAt(report, path)?.target?.replace(/^\/dev\//, '')).toBe(target);
    }
  });

  it('those of linux.devices are made as given', async (context) => {
    needs(context);
    const report = await inspected(context, ({ linux }) => {
      linux.devices = [
        { path: '/dev/fuse2', type: 'c', major: 10, minor: 229, fileMode: 0o640, uid: 3, gid: 4 },
        { path: '/dev/sub/loop', type: 'b', major: 7, minor: 5, fileMode: 0o660 },
        { path: '/dev/pipe', type: 'p', fileMode: 0o600 },
        { path: '/dev/plain', type: 'u', major: 1, minor: 3 },
      ];
    });
    expect(deviceAt(report, '/dev/fuse2')).toMatchObject({
      type: 'char',
      major: 10,
      minor: 229,
      mode: '0640',
      uid: 3,
      gid: 4,
    });
    expect(deviceAt(report, '/dev/sub/loop')).toMatchObject({
      type: 'block',
      major: 7,
      minor: 5,
      mode: '0660',
    });
    expect(deviceAt(report, '/dev/pipe')).toMatchObject({ type: 'fifo', mode: '0600' });
    expect(deviceAt(report, '/dev/plain')).toMatchObject({ type: 'char', major: 1, minor: 3 });
  });

  it('the same device twice is fine, another at the same path is an error', async (context) => {
    needs(context);
    const same = { path: '/dev/null', type: 'c', major: 1, minor: 3, fileMode: 0o666 };
    await inspected(context, ({ linux }) => {
      linux.devices = [same];
    });
    const message = await refused(context, ({ linux }) => {
      linux.devices = [
        { ...same, path: '/dev/x' },
        { ...same, path: '/dev/x', minor: 5 },
      ];
    });
    expect(message).toMatch(/devices\[1\]/);
  });

  it('an unknown type is refused', async (context) => {
    needs(context);
    const message = await refused(context, ({ linux }) => {
      linux.devices = [{ path: '/dev/x', type: 'z', major: 1, minor: 1 }];
    });
    expect(message).toMatch(/devices\/0\/type|devices\[0\]/);
  });

  it('what the device rules deny cannot be opened or made, what they allow can', async (context) => {
    needs(context);
    const caps = ['CAP_MKNOD', 'CAP_DAC_OVERRIDE'];
    const probes = [
      ['open', '/dev/null', 'rw'],
      ['open', '/dev/urandom', 'r'],
      ['open', '/dev/kmsg2', 'r'],
      ['mknod', '/tmp/loop', 'b', '7', '0'],
      ['open', '/tmp/loop', 'r'],
    ];
    const [nul, random, kmsg, mknod, loop] = await probed(context, probes, ({ process, linux }) => {
      process.capabilities = { bounding: caps, effective: caps, permitted: caps };
      linux.devices = [{ path: '/dev/kmsg2', type: 'c', major: 1, minor: 11, fileMode: 0o666 }];
      linux.resources = {
        devices: [
          { allow: false, access: 'rwm' },
          { allow: true, type: 'b', major: 7, access: 'm' },
        ],
      };
    });
    expect(nul?.error).toBeUndefined();
    expect(random?.error).toBeUndefined();
    expect(kmsg?.error).toBe('EPERM');
    expect(mknod?.error).toBeUndefined();
    expect(loop?.error).toBe('EPERM');
  });

  it.for(['rw', 'rwm'])('the last rule that matches decides, after one for %s', async (access, context) => {
    needs(context);
    const [read, write] = await probed(
      context,
      [
        ['open', '/dev/kmsg2', 'r'],
        ['open', '/dev/kmsg2', 'w'],
      ],
      ({ process, linux }) => {
        const caps = ['CAP_SYSLOG', 'CAP_DAC_OVERRIDE'];
        process.capabilities = { bounding: caps, effective: caps, permitted: caps };
        linux.devices = [{ path: '/dev/kmsg2', type: 'c', major: 1, minor: 11, fileMode: 0o666 }];
        linux.resources = {
          devices: [
            { allow: false, access: 'rwm' },
            { allow: false, type: 'c', major: 1, minor: 11, access: 'w' },
            { allow: true, type: 'c', major: 1, minor: 11, access },
            { allow: false, type: 'c', major: 1, minor: 11, access: 'r' },
          ],
        };
      },
    );
    expect(read?.error).toBe('EPERM');
    expect(write?.error).toBeUndefined();
  });
});
