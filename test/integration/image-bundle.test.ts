import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeBundle } from '../../src/image/bundle/write.ts';
import { needs } from '../support/conditions.ts';
import { parseProbes, runContainer, startDetached } from '../support/container.ts';
import {
  containerOf,
  digestOfTree,
  imageOfLayers,
  inspectLayer,
  opaque,
  probes,
  setAttribute,
  whiteout,
} from '../support/layers.ts';
import type { Fill, ImageContainer } from '../support/layers.ts';
import { mountAt } from '../support/report.ts';
import type { Probed, Report, Stat } from '../support/report.ts';

/** What a container of the image finds. */
async function found(container: ImageContainer): Promise<Probed[]> {
  const ended = await runContainer(container);
  expect(ended.stderr).toBe('');
  return parseProbes(ended.stdout);
}

async function reported(container: ImageContainer): Promise<Report> {
  const ended = await runContainer(container);
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  return JSON.parse(ended.stdout) as Report;
}

/** Files over inspect's layer, by their paths. */
const files =
  (texts: Readonly<Record<string, string>>): Fill =>
  (layer) => {
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(join(layer, path, '..'), { recursive: true });
      writeFileSync(join(layer, path), text);
    }
  };

describe('a container of an image', () => {
  it('is what the image says, in a root of its layers', async (context) => {
    const image = imageOfLayers(context, [inspectLayer, files({ 'srv/app/file': 'x' })], {
      Env: ['A=b', 'PATH=/bin'],
      WorkingDir: '/srv/app',
      User: 'app',
      Labels: { maintainer: 'me' },
    });
    const container = await containerOf(context, image, { hostname: 'box' });
    const report = await reported(container);
    expect(report).toMatchObject({ uid: 1000, gid: 1001, groups: [50], cwd: '/srv/app', hostname: 'box' });
    expect(report.env).toEqual(expect.arrayContaining(['A=b', 'PATH=/bin', 'HOME=/srv/app']));
    expect(mountAt(report, '/')).toMatchObject({ type: 'overlay' });
    expect(report.seccomp.mode).toBe(2);
    expect(container.written.spec.annotations).toMatchObject({
      maintainer: 'me',
      'dev.runts.image': image.digest,
    });
  });

  it('sees whiteouts as nothing and opaque directories alone', async (context) => {
    const image = imageOfLayers(
      context,
      [
        inspectLayer,
        files({ 'srv/gone': '1', 'srv/kept': '2', 'opt/hidden': '3', 'tree/a/b': '4' }),
        (layer) => {
          files({ 'opt/new': '5' })(layer);
          opaque(join(layer, 'opt'));
          mkdirSync(join(layer, 'srv'));
          whiteout(join(layer, 'srv/gone'));
          whiteout(join(layer, 'tree'));
        },
      ],
      { Cmd: probes(['ls', '/srv'], ['ls', '/opt'], ['stat', '/srv/gone'], ['stat', '/tree']) },
    );
    const [srv, opt, gone, tree] = await found(await containerOf(context, image));
    expect(srv?.value).toEqual(['kept']);
    expect(opt?.value).toEqual(['new']);
    expect([gone?.error, tree?.error]).toEqual(['ENOENT', 'ENOENT']);
  });

  it('has /etc/hosts, /etc/hostname and /etc/resolv.conf of the runtime, whatever the image has there', async (context) => {
    const image = imageOfLayers(
      context,
      [
        inspectLayer,
        (layer) => {
          mkdirSync(join(layer, 'etc'));
          writeFileSync(join(layer, 'etc/hosts'), 'of the image');
          symlinkSync('/run/systemd/stub-resolv.conf', join(layer, 'etc/resolv.conf'));
        },
      ],
      { Cmd: probes(['read', '/etc/hosts'], ['read', '/etc/hostname'], ['read', '/etc/resolv.conf']) },
    );
    const options = { hostname: 'box', resolvConf: 'nameserver 192.0.2.1\n' };
    const container = await containerOf(context, image, options);
    const [hosts, hostname, resolv] = await found(container);
    expect(hosts?.value).toContain('127.0.1.1\tbox\n');
    expect(hosts?.value).toContain('127.0.0.1\tlocalhost\n');
    expect(hostname?.value).toBe('box\n');
    expect(resolv?.value).toBe('nameserver 192.0.2.1\n');
    expect(readdirSync(join(container.directory, 'upper'))).toEqual([]);
  });

  it('finds directories as the image has them, and has what is missing made below the upper layer', async (context) => {
    const image = imageOfLayers(
      context,
      [
        (layer) => {
          inspectLayer(layer);
          chmodSync(join(layer, 'etc'), 0o751);
          chownSync(join(layer, 'etc'), 3, 4);
          chmodSync(layer, 0o711);
          chownSync(layer, 5, 6);
        },
      ],
      {
        WorkingDir: '/srv/new/place',
        Cmd: probes(
          ['stat', '/'],
          ['stat', '/etc'],
          ['stat', '/srv/new/place'],
          ['stat', '/proc/self/status'],
        ),
      },
    );
    chmodSync(image.layers[0] ?? '', 0o711);
    const container = await containerOf(context, image);
    const [root, etc, place, proc] = (await found(container)).map(({ value }) => value as Stat);
    expect(root).toMatchObject({ mode: '0711', uid: 5, gid: 6 });
    expect(etc).toMatchObject({ mode: '0751', uid: 3, gid: 4 });
    expect(place).toMatchObject({ mode: '0755', uid: 0, gid: 0, type: 'directory' });
    expect(proc).toMatchObject({ type: 'file' });
    expect(readdirSync(join(container.directory, 'upper'))).toEqual([]);
  });

  it('can be read-only, with all that must be there', async (context) => {
    const image = imageOfLayers(context, [inspectLayer], {
      WorkingDir: '/work',
      Volumes: { '/data': {} },
      Cmd: probes(['write', '/x', ''], ['write', '/data/x', 'y'], ['stat', '/work']),
    });
    const container = await containerOf(context, image, { readonly: true });
    const [write, data, cwd] = await found(container);
    expect(write?.error).toBe('EROFS');
    expect(data?.error).toBeUndefined();
    expect(cwd?.error).toBeUndefined();
    expect(readdirSync(container.directory).toSorted()).toEqual(['config.json', 'init', 'rootfs']);
  });

  it('writes volumes into memory, which begin with what the image has there', async (context) => {
    const image = imageOfLayers(
      context,
      [
        (layer) => {
          inspectLayer(layer);
          files({ 'var/lib/db/seed': 'of the image' })(layer);
          chownSync(join(layer, 'var/lib/db'), 1000, 1001);
          chmodSync(join(layer, 'var/lib/db'), 0o750);
          symlinkSync('var/lib', join(layer, 'data'));
        },
      ],
      {
        Volumes: { '/data/db': {} },
        Cmd: probes(
          ['read', '/var/lib/db/seed'],
          ['stat', '/var/lib/db'],
          ['write', '/var/lib/db/new', 'x'],
          ['write', '/other', 'x'],
        ),
      },
    );
    const container = await containerOf(context, image);
    const [seed, directory] = await found(container);
    expect(seed?.value).toBe('of the image');
    expect(directory?.value).toMatchObject({ mode: '0750', uid: 1000, gid: 1001 });
    expect(readdirSync(join(container.directory, 'upper'))).toEqual(['other']);
  });

  it('in a user namespace has a root of its own, and layers stay as they are', async (context) => {
    needs(context, 'user namespaces');
    const image = imageOfLayers(context, [inspectLayer, files({ 'srv/file': 'x' })], {
      Cmd: probes(
        ['stat', '/'],
        ['stat', '/srv/file'],
        ['stat', '/etc/hosts'],
        ['append', '/srv/file', 'y'],
        ['stat', '/srv/file'],
        ['write', '/new', ''],
      ),
    });
    const before = image.layers.map(digestOfTree);
    const container = await containerOf(context, image, { change: (spec) => spec.userns({ uid: 100_000 }) });
    const [root, file, hosts, append, after] = await found(container);
    for (const stat of [root, file, hosts, after]) expect(stat?.value).toMatchObject({ uid: 0, gid: 0 });
    expect(append?.error).toBeUndefined();
    expect(lstatSync(join(container.directory, 'upper'))).toMatchObject({ uid: 100_000, gid: 100_000 });
    expect(lstatSync(join(container.directory, 'upper/new'))).toMatchObject({ uid: 100_000, gid: 100_000 });
    expect(image.layers.map(digestOfTree)).toEqual(before);
  });

  it('sees its own writes and never those of another, and nobody changes a byte of the layers', async (context) => {
    const image = imageOfLayers(
      context,
      [inspectLayer, files({ 'srv/shared': 'of the image', 'srv/other': '' })],
      {
        Cmd: probes(
          ['write', '/srv/shared', 'first'],
          ['unlink', '/srv/other'],
          ['mkdir', '/mine'],
          ['sleep', '60'],
        ),
      },
    );
    const before = image.layers.map(digestOfTree);
    const first = await containerOf(context, image);
    await startDetached(first);
    const look = probes(['read', '/srv/shared'], ['ls', '/srv'], ['ls', '/mine']);
    const second = await containerOf(context, image, {
      args: probes(look, ['write', '/srv/shared', 'second'], ['unlink', '/srv/shared']),
    });
    const [shared, srv, mine] = await found(second);
    expect([shared?.value, srv?.value, mine?.error]).toEqual(['of the image', ['other', 'shared'], 'ENOENT']);
    const asked = await first.runts(['exec', first.id, '/bin/inspect', ...look]);
    const [own, left, made] = parseProbes(asked.stdout);
    expect([own?.value, left?.value, made?.value]).toEqual(['first', ['shared'], []]);
    expect(image.layers.map(digestOfTree)).toEqual(before);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(image.scratch);
  });
});

const numbered = (at: number): Fill => files({ [`n/${at}`]: '', top: String(at) });
const many = (count: number): Fill[] => [
  inspectLayer,
  ...Array.from({ length: count - 1 }, (_, at) => numbered(at + 1)),
];

describe('layers by the hundred', () => {
  const look = { Cmd: probes(['read', '/top'], ['ls', '/n']) };

  it.for([60, 499])('%i and that of the runtime are one root', async (count, context) => {
    if (count > 60) needs(context, 'many layers');
    const [top, all] = await found(await containerOf(context, imageOfLayers(context, many(count), look)));
    expect(top?.value).toBe(String(count - 1));
    expect(all?.value).toHaveLength(count - 1);
  });

  it('499 are also idmapped for a user namespace', async (context) => {
    needs(context, 'user namespaces', 'many layers');
    const image = imageOfLayers(context, many(499), {
      Cmd: probes(['stat', '/n/1'], ['write', '/n/1', 'x']),
    });
    const container = await containerOf(context, image, { change: (spec) => spec.userns({ uid: 100_000 }) });
    const [first, write] = await found(container);
    expect(first?.value).toMatchObject({ uid: 0, gid: 0 });
    expect(write?.error).toBeUndefined();
  });

  it('500 and that of the runtime are one too many, which is said before anything is made', async (context) => {
    const image = imageOfLayers(context, many(500));
    const directory = join(image.scratch, 'bundle');
    await expect(writeBundle({ image, directory, options: {} })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'image: 500 layers, and a container has 499 at most beside the one for the runtime',
    });
    expect(existsSync(directory)).toBe(false);
  });
});

const link =
  (target: string, path: string): Fill =>
  (layer) =>
    symlinkSync(target, join(layer, path));

describe('what an image has in the way', () => {
  const passwd: Readonly<Record<string, (file: string) => void>> = {
    'a fifo': (file) => void spawnSync('mkfifo', [file]),
    'a device': (file) => void spawnSync('mknod', [file, 'c', '1', '5']),
    'a link to a device of the image': (file) => {
      spawnSync('mknod', [join(file, '../zero'), 'c', '1', '5']);
      symlinkSync('zero', file);
    },
    'a directory': (file) => mkdirSync(file),
    'a file of 5 GiB': (file) => {
      writeFileSync(file, '');
      truncateSync(file, 5 * 2 ** 30);
    },
  };

  it.for(Object.entries(passwd))('no user is looked up in %s', async ([, make], context) => {
    const hostile: Fill = (layer) => {
      mkdirSync(join(layer, 'etc'));
      make(join(layer, 'etc/passwd'));
    };
    const image = imageOfLayers(context, [inspectLayer, hostile], { User: 'app' });
    const directory = join(image.scratch, 'bundle');
    const written = writeBundle({ image, directory, options: {} });
    await expect(written).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringContaining('image: /etc/passwd: cannot be read: '),
    });
    expect(existsSync(directory)).toBe(false);
  });

  it('links of an image lead nowhere out of it', async (context) => {
    const image = imageOfLayers(
      context,
      [
        (layer) => {
          inspectLayer(layer);
          const outside = join(layer, '../../outside');
          mkdirSync(join(outside, 'sub'), { recursive: true });
          symlinkSync(outside, join(layer, 'absolute'));
          symlinkSync('../../outside', join(layer, 'relative'));
          symlinkSync('/', join(layer, 'whole'));
        },
      ],
      {
        Volumes: { '/relative/sub': {}, '/whole/vol': {} },
        WorkingDir: '/absolute/cwd',
      },
    );
    const outside = join(image.scratch, 'outside');
    const container = await containerOf(context, image);
    const ended = await runContainer(container);
    expect(readdirSync(outside)).toEqual(['sub']);
    expect(readdirSync(join(outside, 'sub'))).toEqual([]);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(container.written.warnings.join('\n')).toContain('image: /absolute/cwd is not made beforehand');
  });

  it('no volume covers what the kernel tells, whatever links lead there', async (context) => {
    const image = imageOfLayers(context, [inspectLayer, link('/proc', 'data')], {
      Volumes: { '/data': {}, '/data/self': {} },
    });
    const ended = await runContainer(await containerOf(context, image));
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/mounts\[\d+\]/);
  });

  it('layers that cannot be put together are told of, and nothing stays', async (context) => {
    const image = imageOfLayers(context, [inspectLayer]);
    const directory = join(image.scratch, 'bundle');
    const layers = [...image.layers, join(image.scratch, 'missing')];
    await expect(writeBundle({ image: { ...image, layers }, directory, options: {} })).rejects.toMatchObject({
      code: 'HOST_FAILED',
      message: expect.stringContaining('image: its layers cannot be put together: '),
    });
    expect(existsSync(directory)).toBe(false);
  });

  it('a redirect of one layer shows nothing of another', async (context) => {
    const image = imageOfLayers(
      context,
      [
        (layer) => {
          inspectLayer(layer);
          files({ 'secret/key': 'k' })(layer);
        },
        (layer) => {
          mkdirSync(join(layer, 'shown'));
          setAttribute(join(layer, 'shown'), 'trusted.overlay.redirect', '/secret');
        },
      ],
      { Cmd: probes(['read', '/shown/key']) },
    );
    const [key] = await found(await containerOf(context, image));
    expect(key?.error).toBe('EPERM');
  });
});

describe('a bundle', () => {
  it('wants an empty directory, and leaves it so where it fails', async (context) => {
    const image = imageOfLayers(context, [inspectLayer], { User: 'nobody' });
    const [used, empty, fresh] = ['used', 'empty', 'fresh'].map((name) => join(image.scratch, name)) as [
      string,
      string,
      string,
    ];
    files({ mine: 'x' })(used);
    mkdirSync(empty);
    const write = (directory: string, user: string): Promise<unknown> =>
      writeBundle({ image, directory, options: { user } });
    await expect(write(used, '0')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(readdirSync(used)).toEqual(['mine']);
    for (const directory of [empty, fresh]) {
      await expect(write(directory, 'nobody')).rejects.toMatchObject({
        message: 'user: "nobody": /etc/passwd of the image has no user nobody',
      });
    }
    expect(readdirSync(empty)).toEqual([]);
    expect(existsSync(fresh)).toBe(false);
    await write(fresh, '0');
    expect(lstatSync(fresh).mode & 0o777).toBe(0o700);
    expect(readdirSync(fresh).toSorted()).toEqual(['config.json', 'init', 'rootfs', 'upper', 'work']);
  });
});
