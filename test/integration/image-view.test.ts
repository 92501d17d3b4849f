import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { withView } from '../../src/image/bundle/view.ts';
import type { View, ViewLayers } from '../../src/image/bundle/view.ts';
import { scratchDirectory } from '../support/bundle.ts';
import { needs } from '../support/conditions.ts';
import { opaque, setAttribute, whiteout } from '../support/layers.ts';
import { INSPECT } from '../support/run.ts';

const MiB = 2 ** 20;

interface Layers extends ViewLayers {
  /** Of the topmost layer and of the one below. */
  readonly top: string;
  readonly base: string;
}

/** Two layers and an empty writable one; `fill` makes what is in them. */
function layersOf(context: TestContext, fill: (layers: Layers) => void): Layers {
  needs(context, 'root', 'overlay');
  const scratch = scratchDirectory(context);
  const [base = '', top = '', upper = '', work = ''] = ['base', 'top', 'upper', 'work'].map((name) =>
    join(scratch, name),
  );
  for (const directory of [base, top, upper, work]) mkdirSync(directory);
  const layers = { base, top, upper, work, lower: [top, base] };
  fill(layers);
  return layers;
}

const LIMIT = 4096;
const readAll = async (view: View, ...paths: string[]): Promise<(string | undefined)[]> => {
  const texts = [];
  for (const path of paths) texts.push(await view.read(path, LIMIT));
  return texts;
};

it('shows what the container will see: the topmost file, no whiteout, nothing below an opaque directory', async (context) => {
  const layers = layersOf(context, ({ base, top }) => {
    for (const directory of [base, top]) for (const name of ['etc', 'srv']) mkdirSync(join(directory, name));
    for (const name of ['etc/passwd', 'etc/group', 'etc/lower', 'srv/hidden'])
      writeFileSync(join(base, name), 'of base');
    writeFileSync(join(top, 'etc/passwd'), 'of top');
    whiteout(join(top, 'etc/group'));
    opaque(join(top, 'srv'));
  });
  const found = await withView(layers, (view) =>
    readAll(view, '/etc/passwd', '/etc/group', '/etc/lower', '/srv/hidden', '/none/of/it', '/etc/passwd/x'),
  );
  expect(found).toEqual(['of top', undefined, 'of base', undefined, undefined, undefined]);
  expect(readdirSync(layers.upper)).toEqual([]);
});

it('links lead through all layers, and never out of the image', async (context) => {
  const layers = layersOf(context, ({ base, top }) => {
    const outside = join(base, '../outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'passwd'), 'of the host');
    mkdirSync(join(base, 'usr/etc'), { recursive: true });
    writeFileSync(join(base, 'usr/etc/passwd'), 'inside');
    symlinkSync('/usr/etc', join(top, 'etc'));
    symlinkSync('../../../../../../usr/etc/passwd', join(top, 'up'));
    symlinkSync(`${outside}/passwd`, join(top, 'out'));
    symlinkSync('../outside/passwd', join(top, 'beside'));
    symlinkSync('/proc/self/root/etc/passwd', join(top, 'magic'));
    symlinkSync('loop', join(top, 'loop'));
  });
  await withView(layers, async (view) => {
    expect(await readAll(view, '/etc/passwd', '/up', '/out', '/beside', '/magic')).toEqual([
      'inside',
      'inside',
      undefined,
      undefined,
      undefined,
    ]);
    await expect(view.read('/loop', LIMIT)).rejects.toMatchObject({ errno: 'ELOOP' });
  });
});

it('reads regular files alone, and none that is too large', async (context) => {
  const layers = layersOf(context, ({ top }) => {
    spawnSync('mkfifo', [join(top, 'fifo')]);
    spawnSync('mknod', [join(top, 'zero'), 'c', '1', '5']);
    spawnSync('mknod', [join(top, 'disk'), 'b', '8', '0']);
    mkdirSync(join(top, 'dev'));
    symlinkSync('/zero', join(top, 'passwd'));
    writeFileSync(join(top, 'sparse'), '');
    truncateSync(join(top, 'sparse'), 5 * 1024 * MiB);
  });
  await withView(layers, async (view) => {
    const errors: Record<string, unknown> = {};
    for (const name of ['fifo', 'zero', 'disk', 'passwd', 'dev', 'sparse'])
      errors[name] = await view.read(`/${name}`, MiB).catch((error: { errno: string }) => error.errno);
    expect(errors).toEqual({
      fifo: 'EINVAL',
      zero: 'EACCES',
      disk: 'EACCES',
      passwd: 'EACCES',
      dev: 'EINVAL',
      sparse: 'EFBIG',
    });
    await expect(view.read('/a\0b', MiB)).rejects.toMatchObject({ errno: 'EINVAL' });
  });
});

it('what is made lies in the upper layer, below directories that are as the image has them', async (context) => {
  const layers = layersOf(context, ({ base }) => {
    mkdirSync(join(base, 'etc'));
    mkdirSync(join(base, 'run'));
    symlinkSync('/run/resolv.conf', join(base, 'etc/resolv.conf'));
    writeFileSync(join(base, 'etc/hosts'), 'of the image');
    setAttribute(join(base, 'etc'), 'user.kept', 'yes');
    chownSync(join(base, 'etc'), 7, 8);
    chmodSync(join(base, 'etc'), 0o2750);
    utimesSync(join(base, 'etc'), 1000, 2000);
    symlinkSync('run', join(base, 'var-run'));
  });
  const { base, upper } = layers;
  await withView(layers, async (view) => {
    await view.write('/etc/hosts', 'of the runtime');
    await view.write('/etc/resolv.conf', 'nameserver 1.2.3.4');
    await view.write('/etc/new/deep/file', 'x');
    await view.makeDirectory('/var-run/app');
    await view.makeDirectory('/etc');
    expect(await readAll(view, '/etc/hosts', '/etc/resolv.conf')).toEqual([
      'of the runtime',
      'nameserver 1.2.3.4',
    ]);
  });
  expect(lstatSync(join(upper, 'etc'))).toMatchObject({ uid: 7, gid: 8, mode: 0o042750, mtimeMs: 2_000_000 });
  const kept = spawnSync(INSPECT, ['getxattr', join(upper, 'etc'), 'user.kept'], { encoding: 'utf8' });
  expect(kept.stdout).toContain('yes');
  expect(lstatSync(join(upper, 'etc/hosts'))).toMatchObject({ uid: 0, gid: 0, mode: 0o100644 });
  expect(lstatSync(join(upper, 'etc/new'))).toMatchObject({ uid: 0, gid: 0, mode: 0o040755 });
  expect(lstatSync(join(upper, 'run/app')).isDirectory()).toBe(true);
  expect(readdirSync(upper).toSorted()).toEqual(['etc', 'run']);
  expect(readFileSync(join(base, 'etc/hosts'), 'utf8')).toBe('of the image');
  expect(readdirSync(join(base, 'run'))).toEqual([]);
});

it('nothing is made through a link that leads to nothing, nor over a directory', async (context) => {
  const layers = layersOf(context, ({ base }) => {
    symlinkSync('/nowhere', join(base, 'dangling'));
    mkdirSync(join(base, 'etc/hosts'), { recursive: true });
    writeFileSync(join(base, 'file'), '');
  });
  await withView(layers, async (view) => {
    await expect(view.makeDirectory('/dangling/x')).rejects.toMatchObject({ errno: 'EEXIST' });
    await expect(view.write('/etc/hosts', '')).rejects.toMatchObject({ errno: 'EISDIR' });
    await expect(view.makeDirectory('/file/x')).rejects.toMatchObject({ errno: 'ENOTDIR' });
  });
});

it('is nowhere in the tree of mounts, and gone with its descriptor', async (context) => {
  const layers = layersOf(context, () => {});
  await withView(layers, async (view) => {
    await view.makeDirectory('/a');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(layers.upper);
  });
  // a second one at once: the first has let go of upper and work
  await withView(layers, (view) => view.makeDirectory('/b'));
  expect(readdirSync(layers.upper).toSorted()).toEqual(['a', 'b']);
});

it('redirects of a layer are not followed', async (context) => {
  const layers = layersOf(context, ({ base, top }) => {
    mkdirSync(join(base, 'secret'));
    writeFileSync(join(base, 'secret/file'), 'of another directory');
    mkdirSync(join(top, 'shown'));
    setAttribute(join(top, 'shown'), 'trusted.overlay.redirect', '/secret');
  });
  await withView(layers, async (view) => {
    const found = await view.read('/shown/file', LIMIT).catch((error: { errno: string }) => error.errno);
    expect(found).toBe('EPERM');
  });
});
