/** What an image, a volume, a caller or a neighbour could make of init's work. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { ownUsers, probing } from '../support/config.ts';
import type { TestMount } from '../support/config.ts';
import { create, inspected, makeContainer, probed, refused, stateOf } from '../support/container.ts';
import type { Prepare } from '../support/container.ts';
import { INSPECT, RUNTS, run } from '../support/run.ts';
import { parse } from '../support/strace.ts';

const PROC_MAGIC = 0x9fa0;

/** /p of the image is /proc, and something is mounted there. */
const atProc =
  (mount: TestMount): Prepare =>
  (config, { directory, rootfs }) => {
    mkdirSync(join(directory, 'volume'));
    symlinkSync('/proc', join(rootfs, 'p'));
    config.mounts.push(mount.source === 'volume' ? { ...mount, source: join(directory, 'volume') } : mount);
  };

describe('below /proc', () => {
  it.for([
    { destination: '/p/self/attr', type: 'tmpfs', source: 'tmpfs' },
    { destination: '/p/sys', source: 'volume', options: ['bind'] },
    { destination: '/p', source: 'volume', options: ['rbind'] },
    { destination: '/p/self/attr', type: 'proc', source: 'proc' },
    { destination: '/p/sys', source: '/proc', options: ['bind'] },
  ])('nothing is mounted by a link of the image: $destination, $source', async (mount, context) => {
    needs(context);
    const message = await refused(context, atProc(mount));
    expect(message).toMatch(/mounts\[7\].*(the target lies on a procfs|symbolic link)/s);
  });

  it('an emulated file is not mounted by a link of the image', async (context) => {
    needs(context);
    const message = await refused(context, (config, { directory, rootfs }) => {
      writeFileSync(join(directory, 'stat'), '');
      config.mounts = config.mounts.map((mount) =>
        mount.destination === '/proc' ? { ...mount, destination: '/p' } : mount,
      );
      rmSync(join(rootfs, 'proc'), { recursive: true });
      symlinkSync('/p/self', join(rootfs, 'proc'));
      config.mounts.push({ destination: '/proc/stat', source: join(directory, 'stat'), options: ['bind'] });
    });
    expect(message).toMatch(/mounts\[7\].*symbolic link/s);
  });

  it('a procfs may lie over a procfs elsewhere', async (context) => {
    needs(context);
    const again = { destination: '/host/proc', source: '/proc', options: ['rbind', 'ro'] };
    const [read] = await probed(context, [['readlink', '/host/proc/self']], ({ mounts }) => {
      mounts.push(again, again);
    });
    expect(read?.error).toBeUndefined();
  });
});

describe('devices', () => {
  it('without a mount namespace none of the host is attached where none can be made', async (context) => {
    needs(context, 'strace');
    const container = makeContainer(context, (config) => {
      probing(['true'])(config);
      config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'mount');
      config.mounts = [];
      delete config.linux.maskedPaths;
      delete config.linux.readonlyPaths;
    });
    const { state, directory, id, scratch } = container;
    const strace = ['strace', '-f', '-o', join(scratch, 'strace'), '-e', 'inject=mknodat:error=EPERM'];
    const command = [RUNTS, '--root', state, 'run', '-b', directory, id];
    const ended = await run('unshare', ['--mount', ...strace, ...command]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('without a mount namespace that of the host cannot be attached');
  });
});

describe('tmpcopyup', () => {
  const CAPABLE = '0x0100000200040000000000000000000000000000';

  const copying =
    (options: string[]): Prepare =>
    (config, { directory }) => {
      const volume = join(directory, 'volume');
      mkdirSync(volume);
      writeFileSync(join(volume, 'setuid'), '');
      chmodSync(join(volume, 'setuid'), 0o6755);
      writeFileSync(join(volume, 'capable'), '');
      chownSync(join(volume, 'capable'), 7, 8);
      for (const probe of [
        ['mknod', join(volume, 'null'), 'c', '1', '3'],
        ['setxattr', join(volume, 'capable'), 'security.capability', CAPABLE],
      ])
        expect(spawnSync(INSPECT, probe).status).toBe(0);
      config.mounts.push({ destination: '/data', source: volume, options: ['bind', ...options] });
      config.mounts.push({ destination: '/data', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup'] });
    };

  const PROBES = [
    ['stat', '/data/setuid'],
    ['getxattr', '/data/capable', 'security.capability'],
    ['stat', '/data/capable'],
    ['stat', '/data/null'],
  ];

  it('copies capabilities of files, setuid bits and devices', async (context) => {
    needs(context);
    const [setuid, capability, capable, device] = await probed(context, PROBES, copying([]));
    expect(setuid?.value).toMatchObject({ mode: '6755' });
    expect(capability?.error).toBeUndefined();
    expect(capable?.value).toMatchObject({ uid: 7, gid: 8 });
    expect(device?.value).toMatchObject({ type: 'char', major: 1, minor: 3 });
  });

  it('copies none from where they are none', async (context) => {
    needs(context);
    const [setuid, capability, , device] = await probed(context, PROBES, copying(['nosuid', 'nodev']));
    expect(setuid?.value).toMatchObject({ mode: '0755' });
    expect(capability?.error).toBe('ENODATA');
    expect(device?.error).toBe('ENOENT');
  });
});

describe('read-only mounts', () => {
  it('become so themselves, wherever their path leads in the end', async (context) => {
    needs(context);
    const [write] = await probed(context, [['write', '/other/file', '']], ({ mounts }, { directory }) => {
      mkdirSync(join(directory, 'volume'));
      symlinkSync('/other', join(directory, 'volume/inner'));
      const tmpfs = { type: 'tmpfs', source: 'tmpfs' };
      mounts.push({ ...tmpfs, destination: '/outer/inner', options: ['ro'] });
      mounts.push({ ...tmpfs, destination: '/other' });
      mounts.push({ destination: '/outer', source: join(directory, 'volume'), options: ['bind'] });
    });
    expect(write?.error).toBeUndefined();
  });
});

describe('the process', () => {
  it('has its HOME where the filter forbids to open files', async (context) => {
    needs(context);
    const { env } = await inspected(context, ({ process, linux }) => {
      process.user = { uid: 1000, gid: 1000 };
      linux.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['openat2'], action: 'SCMP_ACT_ERRNO' }],
      };
    });
    expect(env).toContain('HOME=/home/user');
  });

  it('is hidden again after a change of its ids', async (context) => {
    needs(context, 'strace');
    const container = makeContainer(context, (config) => {
      probing(['true'])(config);
      config.process.user = { uid: 1000, gid: 1000 };
    });
    const { state, directory, id, scratch } = container;
    const file = join(scratch, 'strace');
    const strace = ['-f', '-o', file, '-e', 'trace=prctl,setresuid'];
    const ended = await run('strace', [...strace, RUNTS, '--root', state, 'run', '-b', directory, id]);
    expect(ended.status).toBe(0);
    const calls = parse(file);
    const changed = calls.findIndex(({ name, text }) => name === 'setresuid' && text.startsWith('1000'));
    expect(changed).toBeGreaterThan(0);
    const after = calls.slice(changed).map(({ name, text }) => `${name} ${text}`);
    expect(after.filter((call) => call.includes('PR_SET_DUMPABLE, SUID_DUMP_DISABLE'))).toHaveLength(1);
  });

  it('is given terminals and pipes, but no file of the host', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      probing(['stat', '/proc/self/fd/0'])(config);
      config.process.user = { uid: 1000, gid: 1000 };
    });
    const { state, directory, id, scratch } = container;
    const words = [RUNTS, '--root', state, 'run', '-b', directory, id].join(' ');
    const ended = await run('sh', ['-c', `${words} <${scratch} >${scratch}/out`]);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(statSync(join(scratch, 'out')).uid).toBe(process.getuid?.());
    expect(statSync(scratch).uid).toBe(process.getuid?.());
  });

  it('waits for start without a procfs', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      probing(['true'])(config);
      config.linux.sysctl = { 'net.ipv4.ip_forward': '1' };
    });
    expect(await create(container)).toMatchObject({ status: 0 });
    const directory = `/proc/${(await stateOf(container)).pid}/fd`;
    const kinds = readdirSync(directory).map((fd) => statfsSync(join(directory, fd)).type);
    expect(kinds.length).toBeGreaterThan(3);
    expect(kinds).not.toContain(PROC_MAGIC);
  });

  it('says so where it is sent more descriptors than it has room for', async (context) => {
    needs(context, 'user namespaces');
    const message = await refused(context, (config, { directory, rootfs }) => {
      ownUsers(config);
      writeFileSync(join(directory, 'file'), '');
      mkdirSync(join(rootfs, 'many'));
      for (let i = 0; i < 520; i++)
        config.mounts.push({ destination: '/many', source: directory, options: ['bind'] });
    });
    expect(message).toContain('more descriptors than the 511 that there is room for');
  });
});
