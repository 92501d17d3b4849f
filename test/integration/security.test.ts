/**
 * One test for each known hole of container runtimes that can be tried from outside:
 *
 * | CVE                       | the attack                                                     |
 * |---------------------------|----------------------------------------------------------------|
 * | 2016-3697                 | a user of /etc/passwd whose name is a number                   |
 * | 2016-9962, 2024-21626     | descriptors of the host: cwd and args through /proc/self/fd    |
 * | 2019-5736                 | /proc/self/exe is a binary of the host that can be written to  |
 * | 2019-16884, 2019-19921    | a mount over /proc that swallows labels                        |
 * | 2023-27561, 2025-54867    | /proc or /sys of the image is a symbolic link                  |
 * | 2019-18837, 2021-30465    | a mount target that is a symbolic link to the host             |
 * | 2024-45310                | directories made on the host through a symbolic link           |
 * | 2021-43784                | lengths of more than 16 bits                                   |
 * | 2022-29162 and its kin    | inheritable capabilities that nobody asked for                 |
 * | 2025-24965                | files that the runtime makes follow links of the image         |
 * | 2025-31133, 2026-88265    | /dev/null of the image is a link                               |
 * | 2025-52565, 2026-88264    | /dev/console of the image is a link                            |
 * | 2026-41579, 2026-47766    | /dev of the image is a link                                    |
 * | 2025-52881                | sysctl values written to another file of procfs                |
 * | 2022-0811                 | a sysctl value that smuggles another                           |
 * | 2023-25173                | supplementary groups of the caller are kept                    |
 * | 2026-30892                | exec's --user parsed loosely (exec.test.ts)                    |
 * | 2026-115521               | a read-only root that becomes so too late                      |
 * | runc 1.5.3                | without a mount namespace the host's propagation changed       |
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { create, inspected, makeContainer, parseProbes, probed, runContainer } from '../support/container.ts';
import type { TestContainer } from '../support/container.ts';
import { socketPeer } from '../support/peer.ts';
import { mountAt } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { INSPECT, ROOT, RUNTS, run } from '../support/run.ts';

const hash = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Everything below a directory with its kind, mode and content. */
const picture = (directory: string): string[] =>
  readdirSync(directory, { recursive: true })
    .map(String)
    .sort()
    .map((name) => {
      const { mode, size, uid } = statSync(join(directory, name));
      return `${name} ${mode.toString(8)} ${uid} ${size}`;
    });

/** A directory of the host that no container may touch. */
function canary({ scratch }: { scratch: string }): string {
  const directory = join(scratch, 'canary');
  mkdirSync(directory);
  writeFileSync(join(directory, 'precious'), 'as it was');
  return directory;
}

/** Runs it, whether it starts or not: what counts is what it did to the canary. */
async function tryIt(
  container: TestContainer,
): Promise<{ status: number | null; stderr: string; stdout: string }> {
  const directory = join(container.scratch, 'canary');
  const before = picture(directory);
  const ended = await runContainer(container);
  expect(picture(directory)).toEqual(before);
  expect(readFileSync(join(directory, 'precious'), 'utf8')).toBe('as it was');
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(container.id);
  return ended;
}

describe('security', () => {
  it('CVE-2016-3697: the user is a number, whatever /etc/passwd calls by it', async (context) => {
    needs(context);
    const report = await inspected(context, ({ process }, { rootfs }) => {
      writeFileSync(join(rootfs, 'etc/passwd'), '1000:x:0:0::/:/bin/sh\n');
      process.user = { uid: 1000, gid: 1000 };
    });
    expect(report).toMatchObject({ uid: 1000, gid: 1000 });
  });

  it('CVE-2024-21626: no descriptor leads out, as working directory or as program', async (context) => {
    needs(context);
    for (const fd of [3, 4, 5, 6, 7, 8, 9, 10, 64, 65, 66, 67, 70]) {
      const cwd = makeContainer(context, (config) => {
        probing(['ls', '.'], ['ls', '../..'])(config);
        config.process.cwd = `/proc/self/fd/${fd}`;
      });
      const ended = await runContainer(cwd);
      for (const { value } of parseProbes(ended.stdout)) expect(value).not.toContain('vmlinuz');
      expect(ended.stdout).not.toContain('config.json');
    }
    const program = makeContainer(context, ({ process }) => {
      process.args = ['/proc/self/fd/64/../../../../../../bin/ls', '/'];
    });
    expect((await runContainer(program)).status).not.toBe(0);
  });

  it('CVE-2019-5736: what runs behind /proc/self/exe is no file of the host', async (context) => {
    needs(context);
    const files = [RUNTS, INSPECT, process.execPath, join(ROOT, 'build/out/runts.node')].filter((file) =>
      existsSync(file),
    );
    const before = files.map(hash);
    const container = makeContainer(context, ({ process: program }) => {
      program.args = ['/proc/self/exe'];
    });
    await runContainer(container);
    const probe = makeContainer(context, probing(['test-exe-write']));
    const [result] = parseProbes((await runContainer(probe)).stdout);
    for (const { written } of (result?.value ?? []) as { written: boolean }[]) expect(written).toBe(false);
    expect(result?.value).not.toEqual([]);
    expect(files.map(hash)).toEqual(before);
  });

  it('CVE-2019-5736: while exec enters, nothing of the host can be written to', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '30']));
    expect(await create(container)).toMatchObject({ status: 0 });
    await container.runts(['start', container.id]);
    const probes = Array.from({ length: 60 }, () => ['test-exe-write', ';']).flat();
    const watch = container.runts(['exec', container.id, '/bin/inspect', ...probes], {
      unrecorded: 'it sees of the others what is there at the moment',
    });
    for (let i = 0; i < 5; i++) await container.runts(['exec', container.id, '/bin/inspect', 'true']);
    const seen = parseProbes((await watch).stdout).flatMap(
      ({ value }) => value as { exe: string; written: boolean }[],
    );
    expect(seen.length).toBeGreaterThan(60);
    for (const { written } of seen) expect(written).toBe(false);
  });

  it('CVE-2019-16884: nothing but procfs is taken for /proc', async (context) => {
    needs(context);
    for (const type of ['tmpfs', 'bind']) {
      const container = makeContainer(context, (config, bundle) => {
        canary(bundle);
        mkdirSync(join(bundle.directory, 'fake/self/attr'), { recursive: true });
        const fake = { destination: '/proc', source: join(bundle.directory, 'fake'), options: ['bind'] };
        config.mounts[0] = type === 'bind' ? fake : { destination: '/proc', type, source: type };
        config.linux.sysctl = { 'net.ipv4.ip_forward': '1' };
        mkdirSync(join(bundle.directory, 'fake/sys/net/ipv4'), { recursive: true });
        writeFileSync(join(bundle.directory, 'fake/sys/net/ipv4/ip_forward'), '');
      });
      const ended = await tryIt(container);
      expect(readFileSync(join(container.directory, 'fake/sys/net/ipv4/ip_forward'), 'utf8')).toBe('');
      expect(ended.status, type).toBe(1);
      expect(ended.stderr).toMatch(/proc/);
    }
  });

  it.for(['proc', 'sys'])(
    'CVE-2023-27561, CVE-2025-54867: /%s of the image may be no link',
    async (name, context) => {
      needs(context);
      const container = makeContainer(context, (_, bundle) => {
        const directory = canary(bundle);
        rmSync(join(bundle.rootfs, name), { recursive: true });
        symlinkSync(directory, join(bundle.rootfs, name));
      });
      const ended = await tryIt(container);
      if (ended.status !== 0) expect(ended.stderr).toContain(`/${name}`);
    },
  );

  it.for([
    ['absolute', (directory: string) => directory],
    ['relative', (directory: string) => `../../../../../../../..${directory}`],
    ['through /proc', (directory: string) => `/proc/1/root${directory}`],
    ['through a magic link', () => '/proc/self/cwd'],
  ] as const)(
    'CVE-2019-18837, CVE-2021-30465: a mount target that is a link, %s, stays inside',
    async ([, target], context) => {
      needs(context);
      const container = makeContainer(context, (config, bundle) => {
        const directory = canary(bundle);
        symlinkSync(target(directory), join(bundle.rootfs, 'target'));
        config.mounts.push({ destination: '/target', type: 'tmpfs', source: 'tmpfs', options: ['size=4k'] });
        config.mounts.push({ destination: '/target/below/deep', type: 'tmpfs', source: 'tmpfs' });
      });
      const ended = await tryIt(container);
      const where =
        ended.status === 0 ? (JSON.parse(ended.stdout) as Report).mounts.map((mount) => mount.target) : [];
      for (const mount of where) expect(mount.startsWith('/')).toBe(true);
    },
  );

  it('CVE-2024-45310: mount points are not made through links on the host', async (context) => {
    needs(context);
    const container = makeContainer(context, (config, bundle) => {
      const directory = canary(bundle);
      symlinkSync(directory, join(bundle.rootfs, 'link'));
      symlinkSync(`${directory}/new`, join(bundle.rootfs, 'dangling'));
      for (const destination of ['/link/made', '/dangling', '/dangling/below']) {
        config.mounts.push({ destination, type: 'tmpfs', source: 'tmpfs' });
      }
      config.process.cwd = '/link/cwd';
    });
    await tryIt(container);
  });

  it('CVE-2021-43784: texts of more than 64 KiB arrive whole', async (context) => {
    needs(context);
    const long = 'x'.repeat(70_000);
    const report = await inspected(context, (config) => {
      config.process.env.push(`LONG=${long}`);
      config.process.args.push('--host-namespaces', `${long},mnt=1`);
    });
    expect(report.env).toContain(`LONG=${long}`);
    expect(report.namespaces['mnt']?.is).toBe('own');
  });

  it('CVE-2021-43784: a great many mappings and mounts arrive whole', async (context) => {
    needs(context, 'user namespaces');
    // What is written to uid_map must be shorter than a page (user_namespaces(7)).
    const count = 200;
    const report = await inspected(context, ({ linux, mounts }) => {
      linux.namespaces.push({ type: 'user' });
      const mappings = Array.from({ length: count }, (_, i) => ({
        containerID: i * 10,
        hostID: 100_000 + i * 20,
        size: 10,
      }));
      linux['uidMappings'] = mappings;
      linux['gidMappings'] = mappings;
      for (let i = 0; i < 100; i++)
        mounts.push({ destination: `/tmp/m${i}`, type: 'tmpfs', source: `source-${i}` });
      mounts.splice(7, 0, { destination: '/tmp', type: 'tmpfs', source: 'tmpfs' });
    });
    expect(report.uidMap).toHaveLength(count);
    expect(mountAt(report, '/tmp/m99')?.source).toBe('source-99');
  });

  it('CVE-2022-29162 and its kin: nothing is inheritable in run, exec and exec --cap', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '30']));
    await create(container);
    await container.runts(['start', container.id]);
    for (const flags of [[], ['--cap', 'CAP_SYS_ADMIN'], ['--user', '1000']]) {
      const ended = await container.runts(['exec', ...flags, container.id, '/bin/inspect', '--json']);
      expect((JSON.parse(ended.stdout) as Report).capabilities.inheritable).toEqual([]);
    }
    expect((await inspected(context)).capabilities.inheritable).toEqual([]);
  });

  it.for(['dev/null', 'dev/console', 'dev/ptmx', 'dev/fd', 'dev/pts', 'dev/shm', 'run', 'etc/hostname'])(
    'CVE-2025-24965, CVE-2025-31133, CVE-2026-88264, CVE-2026-88265: /%s of the image is a link to the host',
    async (name, context) => {
      needs(context);
      const container = makeContainer(context, (config, bundle) => {
        const directory = canary(bundle);
        // Without a mount on /dev everything is made in the image's own.
        config.mounts = config.mounts.filter(({ destination }) => !destination.startsWith('/dev'));
        config.linux.maskedPaths = ['/proc/kcore', '/etc/passwd', '/proc/timer_list'];
        const target = name === 'dev/null' ? join(directory, 'precious') : join(directory, 'made');
        rmSync(join(bundle.rootfs, name), { recursive: true, force: true });
        symlinkSync(target, join(bundle.rootfs, name));
        if (name === 'dev/pts')
          config.mounts.push({ destination: '/dev/pts', type: 'devpts', source: 'devpts' });
      });
      const ended = await tryIt(container);
      if (ended.status === 0) {
        const masked = (JSON.parse(ended.stdout) as Report).mounts.filter(
          ({ target }) => target === '/etc/passwd',
        );
        for (const mount of masked) expect(mount.root).toMatch(/null$/);
      }
    },
  );

  it('CVE-2025-52565, CVE-2026-88264: /dev/console of the image is a link and there is a terminal', async (context) => {
    needs(context);
    const container = makeContainer(context, (config, bundle) => {
      const directory = canary(bundle);
      config.mounts = config.mounts.filter(({ destination }) => destination !== '/dev');
      config.process.terminal = true;
      symlinkSync(join(directory, 'made'), join(bundle.rootfs, 'dev/console'));
    });
    const before = picture(join(container.scratch, 'canary'));
    const socket = join(container.scratch, 'c.sock');
    await socketPeer(context, 'receive-console', socket);
    await create(container, ['--console-socket', socket]);
    expect(picture(join(container.scratch, 'canary'))).toEqual(before);
  });

  it.for(['absolute', 'relative', 'by a chain'])(
    'CVE-2026-41579, CVE-2026-47766: /dev of the image is a link, %s',
    async (how, context) => {
      needs(context);
      const container = makeContainer(context, (config, bundle) => {
        const directory = canary(bundle);
        config.mounts = config.mounts.filter(({ destination }) => !destination.startsWith('/dev'));
        rmSync(join(bundle.rootfs, 'dev'), { recursive: true });
        if (how === 'by a chain') symlinkSync(directory, join(bundle.rootfs, 'first'));
        const targets: Record<string, string> = {
          absolute: directory,
          relative: `../../../../../../..${directory}`,
        };
        symlinkSync(targets[how] ?? 'first', join(bundle.rootfs, 'dev'));
      });
      await tryIt(container);
    },
  );

  it('CVE-2025-52881: a sysctl is written to the real procfs, whatever is mounted over it', async (context) => {
    needs(context);
    const before = readFileSync('/proc/sys/kernel/core_pattern', 'utf8');
    const container = makeContainer(context, (config, bundle) => {
      canary(bundle);
      probing(['read', '/proc/sys/net/ipv4/ip_forward'])(config);
      mkdirSync(join(bundle.directory, 'sys/net/ipv4'), { recursive: true });
      symlinkSync('/proc/sys/kernel/core_pattern', join(bundle.directory, 'sys/net/ipv4/ip_forward'));
      config.mounts.push({
        destination: '/proc/sys',
        source: join(bundle.directory, 'sys'),
        options: ['bind'],
      });
      config.linux.sysctl = { 'net.ipv4.ip_forward': '1' };
    });
    await tryIt(container);
    expect(readFileSync('/proc/sys/kernel/core_pattern', 'utf8')).toBe(before);
  });

  it.for(['1\nkernel.core_pattern=|/evil', '1+kernel.core_pattern=|/evil'])(
    'CVE-2022-0811: the sysctl value %j writes one file',
    async (value, context) => {
      needs(context);
      const before = readFileSync('/proc/sys/kernel/core_pattern', 'utf8');
      const container = makeContainer(context, (config, bundle) => {
        canary(bundle);
        config.linux.sysctl = { 'kernel.shm_rmid_forced': value };
      });
      await tryIt(container);
      expect(readFileSync('/proc/sys/kernel/core_pattern', 'utf8')).toBe(before);
    },
  );

  it('a sysctl name with .. does not leave sys/', async (context) => {
    needs(context);
    const container = makeContainer(context, (config, bundle) => {
      canary(bundle);
      config.linux.sysctl = { 'net/../kernel/core_pattern': 'evil' };
    });
    expect((await tryIt(container)).status).toBe(1);
  });

  it('CVE-2023-25173: groups of the caller are gone', async (context) => {
    needs(context);
    const container = makeContainer(context, ({ process }) => {
      process.user = { uid: 1000, gid: 1000 };
    });
    const command = [RUNTS, '--root', container.state, 'run', '-b', container.directory, container.id];
    const ended = await run('setpriv', ['--groups', '4,20,27', ...command]);
    expect((JSON.parse(ended.stdout) as Report).groups).toEqual([]);
  });

  it('CVE-2026-115521: a read-only root is read-only in every way', async (context) => {
    needs(context);
    const found = await probed(
      context,
      [
        ['write', '/x', ''],
        ['write', '/proc/self/root/x', ''],
        ['write', '/proc/self/cwd/x', ''],
        ['write', '/bin/inspect', ''],
        ['chmod', '/bin', '0777'],
      ],
      ({ root, process }) => {
        root.readonly = true;
        const caps = ['CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_SYS_ADMIN'];
        process.capabilities = { bounding: caps, effective: caps, permitted: caps };
      },
    );
    for (const { error } of found) expect(error).toMatch(/EROFS|ETXTBSY/);
  });

  it('runc 1.5.3: without a mount namespace the mounts of the host stay as they are', async (context) => {
    needs(context);
    const before = readFileSync('/proc/self/mountinfo', 'utf8');
    const container = makeContainer(context, (config, bundle) => {
      canary(bundle);
      config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'mount');
      config.mounts = [];
      delete config.linux.maskedPaths;
      delete config.linux.readonlyPaths;
      config.linux.rootfsPropagation = 'private';
    });
    await tryIt(container);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
  });

  it('state, logs and sockets are for root alone', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '30']));
    await create(container);
    const directory = join(container.state, container.id);
    expect(statSync(directory).mode & 0o066).toBe(0);
    for (const name of readdirSync(directory)) {
      if (name.endsWith('.json')) expect(statSync(join(directory, name)).mode & 0o022).toBe(0);
    }
  });
});
