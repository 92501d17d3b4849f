import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import type { TestMount } from '../support/config.ts';
import { ownUsers, probing } from '../support/config.ts';
import { inspected, makeContainer, probed, refused, runContainer } from '../support/container.ts';
import type { Prepare } from '../support/container.ts';
import { mountAt } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { RUNTS, run } from '../support/run.ts';
import type { Ended } from '../support/run.ts';

const adding =
  (...mounts: TestMount[]): Prepare =>
  (config) => {
    config.mounts.push(...mounts);
  };

const optionsAt = (report: Report, target: string): string[] => mountAt(report, target)?.options ?? [];

const below = ({ mounts }: Report, path: string) =>
  mounts.filter(({ target }) => target.startsWith(`${path}/`));

/** A bind mount of a new directory of the bundle with a file in it. */
const binding =
  (options: string[], more: Partial<TestMount> = {}): Prepare =>
  (config, { directory }) => {
    mkdirSync(join(directory, 'data'));
    writeFileSync(join(directory, 'data/file'), 'from the host');
    config.mounts.push({ destination: '/data', source: join(directory, 'data'), options, ...more });
  };

describe('mounts', () => {
  it('the usual ones are there with their types and options', async (context) => {
    needs(context);
    const report = await inspected(context);
    expect(mountAt(report, '/proc')).toMatchObject({ type: 'proc' });
    expect(mountAt(report, '/dev')).toMatchObject({ type: 'tmpfs' });
    expect(mountAt(report, '/dev/pts')).toMatchObject({ type: 'devpts' });
    expect(mountAt(report, '/sys')).toMatchObject({ type: 'sysfs' });
    expect(mountAt(report, '/sys/fs/cgroup')).toMatchObject({ type: 'cgroup2' });
    expect(optionsAt(report, '/sys')).toEqual(expect.arrayContaining(['ro', 'nosuid', 'nodev', 'noexec']));
    expect(optionsAt(report, '/proc')).toEqual(expect.arrayContaining(['rw', 'nosuid', 'nodev', 'noexec']));
  });

  it('the kernel offers message queues at /dev/mqueue', async (context) => {
    needs(context, 'message queues');
    expect(mountAt(await inspected(context), '/dev/mqueue')).toMatchObject({ type: 'mqueue' });
  });

  it.for([
    [['ro'], ['ro']],
    [['nosuid'], ['nosuid', 'rw']],
    [
      ['nodev', 'noexec'],
      ['nodev', 'noexec'],
    ],
    [['noatime'], ['noatime']],
    [['nodiratime'], ['nodiratime']],
    [['relatime'], ['relatime']],
    [['nosymfollow'], ['nosymfollow']],
    [['ro', 'rw'], ['rw']],
    [['nosuid', 'suid'], ['rw']],
  ] as const)('tmpfs with %j is mounted as %j', async ([options, wanted], context) => {
    needs(context);
    const report = await inspected(
      context,
      adding({ destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: [...options] }),
    );
    expect(optionsAt(report, '/mnt')).toEqual(expect.arrayContaining([...wanted]));
    const cleared = options.length === 2 && options[1] === 'suid' ? ['nosuid'] : [];
    for (const option of cleared) expect(optionsAt(report, '/mnt')).not.toContain(option);
  });

  it('strictatime leaves neither relatime nor noatime', async (context) => {
    needs(context);
    const report = await inspected(
      context,
      adding({ destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: ['strictatime'] }),
    );
    expect(optionsAt(report, '/mnt').join()).not.toMatch(/atime/);
  });

  it('what is no flag goes to the file system: size and mode of a tmpfs', async (context) => {
    needs(context);
    const options = ['size=1m', 'mode=750', 'uid=5', 'gid=6'];
    const [stat, statfs] = await probed(
      context,
      [
        ['stat', '/mnt'],
        ['statfs', '/mnt'],
      ],
      adding({ destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options }),
    );
    expect(stat?.value).toMatchObject({ type: 'directory', mode: '0750', uid: 5, gid: 6 });
    expect(statfs?.value).toMatchObject({ bytes: 1 << 20 });
  });

  it('an unknown option of a file system is an error that names the mount and the option', async (context) => {
    needs(context);
    const mount = { destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: ['nonsense=1'] };
    const message = await refused(context, adding(mount));
    expect(message).toMatch(/mounts\[7\]/);
    expect(message).toMatch(/nonsense/);
  });

  it('an unknown file system type is an error that names it', async (context) => {
    needs(context);
    const message = await refused(context, adding({ destination: '/mnt', type: 'nosuchfs', source: 'x' }));
    expect(message).toMatch(/mounts\[7\]/);
    expect(message).toMatch(/nosuchfs/);
  });

  it('a bind mount shows the directory of the host', async (context) => {
    needs(context);
    const [read, write] = await probed(
      context,
      [
        ['read', '/data/file'],
        ['write', '/data/new', 'from inside'],
      ],
      binding(['bind']),
    );
    expect(read?.value).toBe('from the host');
    expect(write?.error).toBeUndefined();
  });

  it('bind is decided by the option, whatever the type says', async (context) => {
    needs(context);
    const [read] = await probed(context, [['read', '/data/file']], binding(['rbind'], { type: 'none' }));
    expect(read?.value).toBe('from the host');
  });

  it('the source of a bind mount may be relative to the bundle', async (context) => {
    needs(context);
    const [read] = await probed(context, [['read', '/data/file']], binding(['bind'], { source: 'data' }));
    expect(read?.value).toBe('from the host');
  });

  it('a read-only bind mount refuses writes, and the source stays as it was', async (context) => {
    needs(context);
    const [write, unlink] = await probed(
      context,
      [
        ['write', '/data/new', 'x'],
        ['unlink', '/data/file'],
      ],
      binding(['bind', 'ro']),
    );
    expect(write?.error).toBe('EROFS');
    expect(unlink?.error).toBe('EROFS');
  });

  it.for(['nosuid', 'nodev', 'noexec'])('a bind mount with %s has that flag', async (flag, context) => {
    needs(context);
    expect(optionsAt(await inspected(context, binding(['bind', flag])), '/data')).toContain(flag);
  });

  it('noexec holds: a program below it cannot be executed', async (context) => {
    needs(context);
    const message = await refused(context, (config, bundle) => {
      config.mounts.push({
        destination: '/bin',
        source: join(bundle.rootfs, 'bin'),
        options: ['bind', 'noexec'],
      });
    });
    expect(message).toMatch(/permission denied/);
  });

  it('a file is bound on a file, which is made where missing', async (context) => {
    needs(context);
    const [read, stat] = await probed(
      context,
      [
        ['read', '/etc/a/b'],
        ['stat', '/etc/a'],
      ],
      (config, { directory }) => {
        writeFileSync(join(directory, 'source'), 'file of the host');
        config.mounts.push({ destination: '/etc/a/b', source: join(directory, 'source'), options: ['bind'] });
      },
    );
    expect(read?.value).toBe('file of the host');
    expect(stat?.value).toMatchObject({ type: 'directory', mode: '0755' });
  });

  it('rro makes the mounts below read-only too, ro does not', async (context) => {
    needs(context);
    const recursive = await inspected(
      context,
      adding({ destination: '/dev2', source: '/dev', options: ['rbind', 'rro'] }),
    );
    const plain = await inspected(
      context,
      adding({ destination: '/dev2', source: '/dev', options: ['rbind', 'ro'] }),
    );
    expect(below(recursive, '/dev2').length).toBeGreaterThan(0);
    for (const mount of below(recursive, '/dev2')) expect(mount.options).toContain('ro');
    expect(optionsAt(plain, '/dev2')).toContain('ro');
    expect(below(plain, '/dev2').some(({ options }) => options.includes('rw'))).toBe(true);
  });

  it('bind without r leaves the mounts below the source out', async (context) => {
    needs(context);
    const report = await inspected(
      context,
      adding({ destination: '/dev2', source: '/dev', options: ['bind'] }),
    );
    expect(mountAt(report, '/dev2')).toBeDefined();
    expect(report.mounts.filter(({ target }) => target.startsWith('/dev2/'))).toEqual([]);
  });

  it.for(['private', 'slave', 'shared', 'unbindable'])(
    'propagation %s is set',
    async (propagation, context) => {
      needs(context);
      const report = await inspected(context, binding(['bind', propagation]));
      const wanted = propagation === 'slave' ? /slave|private/ : new RegExp(propagation);
      expect(mountAt(report, '/data')?.propagation).toMatch(wanted);
    },
  );

  it('from outside of a user namespace restrictions of the source stay, and cannot be taken away', async (context) => {
    needs(context, 'user namespaces');
    const bound = (options: string[]): Promise<Ended> => {
      const container = makeContainer(context, (config, bundle) => {
        ownUsers(config);
        binding(options)(config, bundle);
        mkdirSync(join(bundle.rootfs, 'data'));
      });
      const mount = `mount -t tmpfs -o nosuid,nodev,noexec x ${join(container.directory, 'data')}`;
      const args = ['--root', container.state, 'run', '-b', container.directory, container.id];
      return run('unshare', ['-m', 'sh', '-c', `${mount} && exec "$@"`, 'sh', RUNTS, ...args]);
    };
    const named = await bound(['bind', 'ro']);
    expect(named).toMatchObject({ status: 0, stderr: '' });
    const report = JSON.parse(named.stdout) as Report;
    expect(optionsAt(report, '/data')).toEqual(expect.arrayContaining(['ro', 'nosuid', 'nodev', 'noexec']));
    const cleared = await bound(['bind', 'exec']);
    expect(cleared.status).toBe(1);
    expect(cleared.stderr).toMatch(/^runts: mounts\[\d\]: .*operation not permitted.*locked by the owner/);
  });

  it('rprivate reaches the mounts below', async (context) => {
    needs(context);
    const report = await inspected(
      context,
      adding({ destination: '/dev2', source: '/dev', options: ['rbind', 'rshared'] }),
    );
    for (const mount of report.mounts.filter(({ target }) => target.startsWith('/dev2'))) {
      expect(mount.propagation).toMatch(/shared/);
    }
  });

  it('they are made in order: a later one covers an earlier one', async (context) => {
    needs(context);
    const report = await inspected(
      context,
      adding(
        { destination: '/mnt', type: 'tmpfs', source: 'first' },
        { destination: '/mnt/below', type: 'tmpfs', source: 'second' },
        { destination: '/mnt', type: 'tmpfs', source: 'third' },
      ),
    );
    expect(mountAt(report, '/mnt')?.source).toBe('third');
    expect(report.mounts.filter(({ source }) => ['first', 'second', 'third'].includes(source))).toHaveLength(
      3,
    );
  });

  it.for([[], ['user namespaces']] as const)(
    'a source in the root is what is mounted there by then, a destination there is meant in the container (%s)',
    async (conditions, context) => {
      needs(context, ...conditions);
      const found = await probed(
        context,
        [['read', '/second/inner/file']],
        (config, { directory, rootfs }) => {
          if (conditions.length > 0) ownUsers(config);
          for (const name of ['outer', 'outer/inner', 'below']) mkdirSync(join(directory, name));
          for (const name of ['first', 'second']) mkdirSync(join(rootfs, name));
          writeFileSync(join(directory, 'below/file'), 'seen');
          const bind = (source: string, destination: string): void =>
            void config.mounts.push({ source, destination, options: ['rbind'] });
          bind(join(directory, 'outer'), '/first');
          bind(join(directory, 'below'), '/first/inner');
          bind(join(rootfs, 'first'), join(rootfs, 'second'));
        },
      );
      expect(found[0]).toMatchObject({ value: 'seen' });
    },
  );

  it.for([
    [100_000, []],
    [0, ['user namespaces']],
  ] as const)(
    'an idmapped source in the root is what is mounted there by then, owned by %d',
    async ([uid, conditions], context) => {
      needs(context, 'idmapped tmpfs', ...conditions);
      const mapping = [{ containerID: 0, hostID: 100_000, size: 1000 }];
      const found = await probed(context, [['stat', '/second/file']], (config, { directory, rootfs }) => {
        if (conditions.length > 0) ownUsers(config);
        for (const name of [join(directory, 'outer'), join(rootfs, 'first'), join(rootfs, 'second')])
          mkdirSync(name);
        writeFileSync(join(directory, 'outer/file'), '');
        config.mounts.push(
          { destination: '/first', source: join(directory, 'outer'), options: ['bind'] },
          {
            destination: '/second',
            source: join(rootfs, 'first'),
            options: ['bind', 'idmap'],
            uidMappings: mapping,
            gidMappings: mapping,
          },
        );
      });
      expect(found[0]?.value).toMatchObject({ uid });
    },
  );

  it('tmpcopyup copies what the directory held', async (context) => {
    needs(context);
    const [read, link, stat, write] = await probed(
      context,
      [
        ['read', '/opt/dir/file'],
        ['readlink', '/opt/link'],
        ['stat', '/opt/dir/file'],
        ['write', '/opt/new', 'x'],
      ],
      (config, { rootfs }) => {
        mkdirSync(join(rootfs, 'opt/dir'), { recursive: true });
        writeFileSync(join(rootfs, 'opt/dir/file'), 'copied', { mode: 0o604 });
        chownSync(join(rootfs, 'opt/dir/file'), 7, 8);
        symlinkSync('dir/file', join(rootfs, 'opt/link'));
        config.mounts.push({ destination: '/opt', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup'] });
      },
    );
    expect(read?.value).toBe('copied');
    expect(link?.value).toBe('dir/file');
    expect(stat?.value).toMatchObject({ mode: '0604', uid: 7, gid: 8 });
    expect(write?.error).toBeUndefined();
  });

  it('a tmpfs without a mode takes that of the directory it covers', async (context) => {
    needs(context);
    const [stat] = await probed(context, [['stat', '/opt']], (config, { rootfs }) => {
      mkdirSync(join(rootfs, 'opt'));
      chmodSync(join(rootfs, 'opt'), 0o710);
      config.mounts.push({ destination: '/opt', type: 'tmpfs', source: 'tmpfs' });
    });
    expect(stat?.value).toMatchObject({ mode: '0710' });
  });

  it('a destination that is a symbolic link is followed inside the root only', async (context) => {
    needs(context);
    const [read, stat] = await probed(
      context,
      [
        ['read', '/inside/file'],
        ['stat', '/inside'],
      ],
      (config, bundle) => {
        const outside = join(bundle.scratch, 'outside');
        mkdirSync(outside);
        mkdirSync(join(bundle.rootfs, 'inside'));
        symlinkSync('/inside', join(bundle.rootfs, 'link'));
        binding(['bind'], { destination: '/link' })(config, bundle);
      },
    );
    expect(read?.value).toBe('from the host');
    expect(stat?.value).toMatchObject({ type: 'directory' });
  });

  it('a relative destination is taken from /', async (context) => {
    needs(context);
    const container = makeContainer(context, (config, bundle) => {
      probing(['read', '/data/file'])(config);
      binding(['bind'], { destination: 'data' })(config, bundle);
    });
    const ended = await runContainer(container);
    expect(ended.stdout).toBe('{"probe":"read","value":"from the host"}\n');
    // The specification calls it deprecated, so a warning is in place.
    expect(ended.status).toBe(0);
  });

  it('a missing source is an error in one line with the property, the call and the cause', async (context) => {
    needs(context);
    const message = await refused(
      context,
      adding({ destination: '/data', source: '/no/such/dir', options: ['bind'] }),
    );
    const [line = ''] = message.split('\n');
    expect(line).toMatch(/mounts\[7\]/);
    expect(line).toMatch(/\/no\/such\/dir/);
    expect(line).toMatch(/no such file or directory/);
  });

  it('a directory on a file is an error', async (context) => {
    needs(context);
    const message = await refused(context, binding(['bind'], { destination: '/etc/passwd' }));
    expect(message).toMatch(/mounts\[7\].*not a directory/s);
  });

  it('options of a file system mean nothing to a bind mount, and a warning names each', async (context) => {
    needs(context);
    const container = makeContainer(context, (config, bundle) => {
      probing(['read', '/data/file'])(config);
      binding(['bind', 'size=1m', 'nosiud'])(config, bundle);
    });
    const ended = await runContainer(container);
    expect(ended.stdout).toBe('{"probe":"read","value":"from the host"}\n');
    expect(ended.stderr).toMatch(/\/mounts\/7\/options\/1: "size=1m" is ignored/);
    expect(ended.stderr).toMatch(/\/mounts\/7\/options\/2: "nosiud" is ignored.*expected nosuid/);
  });

  it('a mount label without SELinux is a warning', async (context) => {
    needs(context, 'no selinux');
    const container = makeContainer(context, ({ linux }) => {
      linux['mountLabel'] = 'system_u:object_r:container_file_t:s0:c1,c2';
    });
    const ended = await runContainer(container);
    expect(ended.status).toBe(0);
    expect(ended.stderr).toMatch(/linux\.mountLabel: ignored, SELinux is off/);
  });

  it('a tmpfs on a path below /proc is refused, but lxcfs files are allowed', async (context) => {
    needs(context);
    const tmpfs = { destination: '/proc/self/attr', type: 'tmpfs', source: 'tmpfs' };
    expect(await refused(context, adding(tmpfs))).toMatch(/mounts/);
    const [read] = await probed(context, [['read', '/proc/uptime']], (config, { directory }) => {
      writeFileSync(join(directory, 'uptime'), 'mine');
      config.mounts.push({
        destination: '/proc/uptime',
        source: join(directory, 'uptime'),
        options: ['bind'],
      });
    });
    expect(read?.value).toBe('mine');
  });

  it('an idmapped bind mount shows other owners', async (context) => {
    needs(context, 'user namespaces');
    const mappings = [{ containerID: 0, hostID: 5000, size: 1000 }];
    const [stat, write] = await probed(
      context,
      [
        ['stat', '/data/file'],
        ['write', '/data/new', 'x'],
      ],
      (config, bundle) => {
        binding(['bind', 'idmap'], { uidMappings: mappings, gidMappings: mappings })(config, bundle);
      },
    );
    expect(stat?.value).toMatchObject({ uid: 5000, gid: 5000 });
    expect(write?.error ?? 'none').toMatch(/none|EOVERFLOW/);
  });

  it('an idmapped bind mount may have its mappings in the option', async (context) => {
    needs(context, 'user namespaces');
    const prepare = binding(['bind', 'idmap=uids=0-5000-1000;gids=0-6000-1000']);
    const [stat] = await probed(context, [['stat', '/data/file']], prepare);
    expect(stat?.value).toMatchObject({ uid: 5000, gid: 6000 });
  });

  it("an idmapped bind mount without mappings takes those of the container's user namespace", async (context) => {
    needs(context, 'user namespaces');
    const [stat, write] = await probed(
      context,
      [
        ['stat', '/data/file'],
        ['write', '/data/new', 'x'],
        ['stat', '/data/new'],
      ],
      (config, bundle) => {
        ownUsers(config);
        // The mapped root may make nothing in a root file system that it does not own.
        mkdirSync(join(bundle.rootfs, 'data'));
        binding(['bind', 'idmap'])(config, bundle);
      },
    );
    expect(stat?.value).toMatchObject({ uid: 0, gid: 0 });
    expect(write?.error).toBeUndefined();
  });

  it('a new file system can be idmapped too: its root belongs to whom the mapping says', async (context) => {
    needs(context, 'idmapped tmpfs');
    const mappings = [{ containerID: 0, hostID: 5000, size: 1000 }];
    const tmpfs = {
      destination: '/mnt',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['idmap', 'size=1m', 'nosuid'],
    };
    const [stat] = await probed(
      context,
      [['stat', '/mnt']],
      adding({ ...tmpfs, uidMappings: mappings, gidMappings: mappings }),
    );
    expect(stat?.value).toMatchObject({ uid: 5000, gid: 5000 });
    const report = await inspected(
      context,
      adding({ ...tmpfs, uidMappings: mappings, gidMappings: mappings }),
    );
    expect(mountAt(report, '/mnt')).toMatchObject({ type: 'tmpfs' });
    expect(optionsAt(report, '/mnt')).toContain('nosuid');
  });

  it("a new file system takes the mappings of the container's user namespace", async (context) => {
    needs(context, 'user namespaces', 'idmapped tmpfs');
    const [stat, write] = await probed(
      context,
      [
        ['stat', '/mnt'],
        ['write', '/mnt/new', 'x'],
      ],
      (config, bundle) => {
        ownUsers(config);
        mkdirSync(join(bundle.rootfs, 'mnt'));
        config.mounts.push({ destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: ['idmap'] });
      },
    );
    expect(stat?.value).toMatchObject({ uid: 0, gid: 0 });
    expect(write?.error).toBeUndefined();
  });

  it('what takes no id mappings says so', async (context) => {
    needs(context);
    const mappings = [{ containerID: 0, hostID: 5000, size: 1000 }];
    const ramfs = { destination: '/mnt', type: 'ramfs', source: 'x', options: ['idmap'] };
    const message = await refused(
      context,
      adding({ ...ramfs, uidMappings: mappings, gidMappings: mappings }),
    );
    expect(message).toMatch(/mounts\[7\].*cannot be idmapped/);
  });

  it('a remount changes the file system: the size of a tmpfs', async (context) => {
    needs(context);
    const [statfs] = await probed(
      context,
      [['statfs', '/mnt']],
      adding(
        { destination: '/mnt', type: 'tmpfs', source: 'tmpfs', options: ['size=1m'] },
        { destination: '/mnt', options: ['remount', 'size=2m'] },
      ),
    );
    expect(statfs?.value).toMatchObject({ bytes: 2 << 20 });
  });

  it('an option that a remount cannot change is an error that names it', async (context) => {
    needs(context);
    const message = await refused(
      context,
      adding(
        { destination: '/mnt', type: 'tmpfs', source: 'tmpfs' },
        { destination: '/mnt', options: ['remount', 'nonsense=1'] },
      ),
    );
    expect(message).toMatch(/mounts\[8\].*nonsense/);
  });

  it('what they create in the bundle is empty directories and files, owned by root', async (context) => {
    needs(context);
    let made = '';
    await inspected(context, (config, bundle) => {
      made = join(bundle.rootfs, 'a/b/c');
      config.mounts.push({ destination: '/a/b/c', type: 'tmpfs', source: 'tmpfs' });
    });
    expect(statSync(made)).toMatchObject({ uid: 0, gid: 0 });
    expect(statSync(made).isDirectory()).toBe(true);
    expect(existsSync(join(made, 'x'))).toBe(false);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(made);
  });
});
