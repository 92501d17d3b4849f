/** Layers in overlay form, made in tests as the store has them, and bundles of images that consist of such. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { writeBundle } from '../../src/image/bundle/write.ts';
import type { BundleImage, BundleOptions, WrittenBundle } from '../../src/image/bundle/write.ts';
import type { ImageProcess } from '../../src/image/types.ts';
import { scratchDirectory } from './bundle.ts';
import { needs } from './conditions.ts';
import { makeContainer } from './container.ts';
import type { TestContainer } from './container.ts';
import { INSPECT } from './run.ts';

export const whiteout = (path: string): void => void spawnSync('mknod', [path, 'c', '0', '0']);
export const setAttribute = (path: string, name: string, value: string): void =>
  void spawnSync(INSPECT, ['setxattr', path, name, value]);
export const opaque = (path: string): void => setAttribute(path, 'trusted.overlay.opaque', 'y');

/** Makes what a layer has, in its directory. */
export type Fill = (layer: string) => void;

/** The lowest layer of an image whose program is inspect. */
export const inspectLayer: Fill = (layer) => {
  for (const name of ['bin', 'etc', 'root']) mkdirSync(join(layer, name), { recursive: true });
  copyFileSync(INSPECT, join(layer, 'bin/inspect'));
  writeFileSync(
    join(layer, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:app:/srv/app:/bin/sh\n',
  );
  writeFileSync(join(layer, 'etc/group'), 'root:x:0:\napp:x:1001:\nstaff:x:50:app\n');
};

export interface LayeredImage extends BundleImage {
  /** Holds all of it; removed when the test has finished. */
  readonly scratch: string;
}

/** An image of these layers, the lowest first, and of this process. */
export function imageOfLayers(
  context: TestContext,
  fills: readonly Fill[],
  process: ImageProcess = {},
): LayeredImage {
  needs(context, 'root', 'overlay');
  const scratch = scratchDirectory(context);
  const layers = fills.map((fill, at) => {
    const layer = join(scratch, `layers/${at}`);
    mkdirSync(layer, { recursive: true });
    fill(layer);
    return layer;
  });
  return {
    scratch,
    digest: `sha256:${'0'.repeat(64)}`,
    config: {
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: [] },
      config: { Entrypoint: ['/bin/inspect'], Cmd: ['--json'], ...process },
    },
    layers: layers.reverse(),
  };
}

export interface ImageContainer extends TestContainer {
  readonly written: WrittenBundle;
}

/** A container of an image, in a cgroup of the tests, with a bundle of its own. */
export async function containerOf(
  context: TestContext,
  image: LayeredImage,
  options: BundleOptions = {},
): Promise<ImageContainer> {
  const container = makeContainer(context);
  const { id, scratch } = container;
  const directory = join(scratch, 'of-image');
  const { change = (spec) => spec, ...others } = options;
  const written = await writeBundle({
    image,
    directory,
    options: { ...others, change: (spec) => change(spec.cgroup(`/runts-test/${id}`)) },
  });
  return { ...container, directory, rootfs: join(directory, 'rootfs'), written };
}

/** Arguments of inspect: these probes, one after the other. */
export const probes = (...all: string[][]): string[] =>
  all.flatMap((probe, at) => (at === 0 ? probe : [';', ...probe]));

/** One digest of all that a tree is; whoever sets an attribute or makes a link changes the time of the inode. */
export function digestOfTree(directory: string): string {
  const hash = createHash('sha256');
  for (const name of ['', ...readdirSync(directory, { recursive: true }).map(String).sort()]) {
    const path = join(directory, name);
    const { mode, uid, gid, size, mtimeNs, ctimeNs, nlink, rdev } = lstatSync(path, { bigint: true });
    hash.update([name, mode, uid, gid, size, mtimeNs, ctimeNs, nlink, rdev].join('\0'));
    const kind = lstatSync(path);
    if (kind.isFile()) hash.update(readFileSync(path));
    if (kind.isSymbolicLink()) hash.update(readlinkSync(path));
  }
  return hash.digest('hex');
}
