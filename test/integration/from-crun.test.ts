import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { needs } from '../support/conditions.ts';
import { ownUsers, probing } from '../support/config.ts';
import {
  inspected,
  makeContainer,
  parseProbes,
  probed,
  refused,
  runContainer,
  startDetached,
} from '../support/container.ts';
import { INSPECT, RUNTS, run } from '../support/run.ts';
import { mountAt } from '../support/report.ts';

describe('annotations of crun', () => {
  it('hooks of the host write to the files that are named, after what is there', async (context) => {
    needs(context);
    const container = makeContainer(context, (config, { scratch }) => {
      const [out, err] = [join(scratch, 'out'), join(scratch, 'err')];
      writeFileSync(out, 'before\n');
      config.annotations = { 'run.oci.hooks.stdout': out, 'run.oci.hooks.stderr': err };
      config.hooks = { prestart: [{ path: '/bin/sh', args: ['sh', '-c', 'echo said; echo wrong >&2'] }] };
    });
    expect(await runContainer(container)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(container.scratch, 'out'), 'utf8')).toBe('before\nsaid\n');
    expect(readFileSync(join(container.scratch, 'err'), 'utf8')).toBe('wrong\n');
  });

  it('the groups of the runtime are kept, and only then', async (context) => {
    needs(context);
    const program =
      'process.setgroups([5, 7]); require("node:child_process").spawnSync(process.argv[1], process.argv.slice(2), { stdio: "inherit" })';
    for (const [value, groups] of [
      ['1', [5, 7]],
      ['0', [9]],
    ] as const) {
      const container = makeContainer(context, (config) => {
        config.annotations = { 'run.oci.keep_original_groups': value };
        config.process.user.additionalGids = [9];
      });
      const command = [RUNTS, '--root', container.state, 'run', '-b', container.directory, container.id];
      const ended = await run(process.execPath, ['-e', program, ...command]);
      expect(JSON.parse(ended.stdout)).toMatchObject({ groups });
    }
  });

  it('a system call that nobody knows is an error only where that is asked for', async (context) => {
    needs(context);
    const unknown = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['no_such'], action: 'SCMP_ACT_ERRNO' }],
    };
    const container = makeContainer(context, ({ linux }) => void (linux.seccomp = unknown));
    expect((await runContainer(container)).status).toBe(0);
    const message = await refused(context, (config) => {
      config.linux.seccomp = unknown;
      config.annotations = { 'run.oci.seccomp_fail_unknown_syscall': '1' };
    });
    expect(message).toMatch(/linux\.seccomp.*does not know this system call/);
    expect(message).toContain('seccomp_syscall_resolve_name("no_such")');
  });
});

/** What a probe finds at a mount whose source is a symbolic link to a file. */
async function atLink(context: TestContext, probe: string, options: string[]): Promise<unknown> {
  const [found] = await probed(context, [[probe, '/there/link']], (config, { scratch, rootfs }) => {
    writeFileSync(join(scratch, 'file'), 'content');
    symlinkSync(join(scratch, 'file'), join(scratch, 'link'));
    if (options.includes('dest-nofollow')) {
      mkdirSync(join(rootfs, 'there'));
      symlinkSync('nowhere', join(rootfs, 'there/link'));
    }
    config.mounts.push({ destination: '/there/link', source: join(scratch, 'link'), options });
  });
  return found?.value;
}

describe('symbolic links as mounts', () => {
  it.for([
    { what: 'copy-symlink makes the link anew', probe: 'readlink', options: ['copy-symlink'] },
    {
      what: 'src-nofollow mounts the link itself',
      probe: 'readlink',
      options: ['dest-nofollow', 'src-nofollow'],
    },
  ])('$what', async ({ probe, options }, context) => {
    needs(context);
    expect(await atLink(context, probe, ['bind', ...options])).toMatch(/\/file$/);
  });

  it('dest-nofollow covers a link with what the source leads to', async (context) => {
    needs(context);
    expect(await atLink(context, 'read', ['bind', 'dest-nofollow'])).toBe('content');
  });

  it('copy-symlink of a file is a bind mount', async (context) => {
    needs(context);
    const [probe] = await probed(context, [['read', '/tmp/there']], (config, { scratch }) => {
      writeFileSync(join(scratch, 'file'), 'content');
      config.mounts.push({
        destination: '/tmp/there',
        source: join(scratch, 'file'),
        options: ['bind', 'copy-symlink'],
      });
    });
    expect(probe?.value).toBe('content');
  });

  it('from a user namespace too', async (context) => {
    needs(context, 'user namespaces');
    const [probe] = await probed(context, [['readlink', '/tmp/there']], (config, bundle) => {
      ownUsers(config);
      symlinkSync('/nowhere', join(bundle.scratch, 'link'));
      config.mounts.push({
        destination: '/tmp/there',
        source: join(bundle.scratch, 'link'),
        options: ['bind', 'copy-symlink'],
      });
    });
    expect(probe?.value).toBe('/nowhere');
  });
});

describe('the root covered', () => {
  it('a directory bound on / is the root, with all later mounts in it', async (context) => {
    needs(context);
    const report = await inspected(context, (config, { directory }) => {
      const other = join(directory, 'other');
      mkdirSync(join(other, 'bin'), { recursive: true });
      copyFileSync(INSPECT, join(other, 'bin/inspect'));
      config.mounts.unshift({ destination: '/', source: other, options: ['bind', 'ro'] });
    });
    expect(mountAt(report, '/')?.options).toContain('ro');
    expect(mountAt(report, '/proc')?.type).toBe('proc');
  });

  it('a tmpfs on / takes a copy of it', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      probing(['write', '/etc/group', 'changed'])(config);
      config.mounts.unshift({ destination: '/', type: 'tmpfs', source: 'tmpfs', options: ['tmpcopyup'] });
    });
    expect(await runContainer(container)).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(container.rootfs, 'etc/group'), 'utf8')).toContain('root:x:0:');
  });
});

it('a /dev that is a symbolic link gets no nodes', async (context) => {
  needs(context);
  let rootfs = '';
  const message = await refused(context, (config, bundle) => {
    rootfs = bundle.rootfs;
    rmSync(join(rootfs, 'dev'), { recursive: true });
    mkdirSync(join(rootfs, 'elsewhere'));
    symlinkSync('elsewhere', join(rootfs, 'dev'));
    config.mounts = config.mounts.filter(({ destination }) => !destination.startsWith('/dev'));
  });
  expect(message).toContain('a component of the path is a symbolic link');
  expect(readdirSync(join(rootfs, 'elsewhere'))).toEqual([]);
});

it('mounts are made in a running container, and taken away', async (context) => {
  needs(context, 'user namespaces');
  const container = makeContainer(context, (config) => {
    probing(['sleep', '60'])(config);
    ownUsers(config);
  });
  await startDetached(container);
  mkdirSync(join(container.scratch, 'data'));
  writeFileSync(join(container.scratch, 'data/file'), 'from the host');
  const file = join(container.scratch, 'mounts.json');
  const mounts = [
    { destination: '/tmp/new', type: 'tmpfs', source: 'tmpfs' },
    { destination: '/tmp/new/data', source: join(container.scratch, 'data'), options: ['bind', 'ro'] },
  ];
  writeFileSync(file, JSON.stringify(mounts));
  const read = async (): Promise<unknown> => {
    const ended = await container.runts(['exec', container.id, '/bin/inspect', 'read', '/tmp/new/data/file']);
    return parseProbes(ended.stdout)[0]?.value;
  };
  expect(await container.runts(['mounts', 'add', container.id, file])).toMatchObject({
    status: 0,
    stderr: '',
  });
  expect(await read()).toBe('from the host');
  expect(await container.runts(['mounts', 'remove', container.id, file])).toMatchObject({
    status: 0,
    stderr: '',
  });
  expect(await read()).toBeUndefined();
  const again = await container.runts(['mounts', 'remove', container.id, file]);
  expect(again.stderr).toContain('cannot unmount /tmp/new/data');
  expect((await container.runts(['mounts', 'change', container.id, file])).stderr).toContain(
    'neither add nor remove',
  );
});

it('a source in the root is that of the container, wherever the container has led the path of its root', async (context) => {
  needs(context);
  const container = makeContainer(context, (config, { rootfs }) => {
    probing(['sleep', '60'])(config);
    // with the pids of the host, /proc/self is also the runtime
    config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'pid');
    mkdirSync(join(rootfs, rootfs, '..'), { recursive: true });
    symlinkSync('/proc/self/root', join(rootfs, rootfs));
  });
  const { rootfs, scratch } = container;
  const place = join(scratch, 'place');
  for (const [directory, text] of [
    [place, 'of the host'],
    [join(rootfs, place), 'of the container'],
  ] as const) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'file'), text);
  }
  await startDetached(container);
  const file = join(scratch, 'mounts.json');
  writeFileSync(
    file,
    JSON.stringify([{ destination: '/tmp/seen', source: join(rootfs, place), options: ['bind'] }]),
  );
  expect(await container.runts(['mounts', 'add', container.id, file])).toMatchObject({
    status: 0,
    stderr: '',
  });
  const ended = await container.runts(['exec', container.id, '/bin/inspect', 'read', '/tmp/seen/file']);
  expect(parseProbes(ended.stdout)[0]?.value).toBe('of the container');
});

it('a device of a user namespace is made as the config wants it', async (context) => {
  needs(context, 'user namespaces');
  const [stat, open] = await probed(
    context,
    [
      ['stat', '/dev/mine'],
      ['open', '/dev/mine', 'r'],
    ],
    (config) => {
      ownUsers(config);
      config.linux['devices'] = [
        { path: '/dev/mine', type: 'c', major: 1, minor: 5, fileMode: 0o644, uid: 10, gid: 11 },
      ];
    },
  );
  expect(stat?.value).toMatchObject({ uid: 10, gid: 11, mode: '0644' });
  expect(open?.error).toBeUndefined();
});
