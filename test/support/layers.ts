/** Layers in overlay form, made in tests as the store has them, and bundles of images that consist of such. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { TestContext } from 'vitest';
import { writeBundle } from '../../src/image/bundle/write.ts';
import type { BundleImage, BundleOptions, WrittenBundle } from '../../src/image/bundle/write.ts';
import { thisPlatform } from '../../src/image/source/platform.ts';
import { openStore } from '../../src/image/store/store.ts';
import type { Store } from '../../src/image/store/store.ts';
import type { ImageProcess } from '../../src/image/types.ts';
import { scratchDirectory } from './bundle.ts';
import { needs } from './conditions.ts';
import { makeContainer } from './container.ts';
import type { TestContainer } from './container.ts';
import { imageOf, layoutOf, sha256, writeFiles } from './image.ts';
import type { TestLayer } from './image.ts';
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

/** A layer's archive, of what `fill` makes; whiteouts are files as archives have them. */
export function layerOfTree(fill: Fill): TestLayer {
  const directory = mkdtempSync(join(tmpdir(), 'runts-layer-'));
  try {
    fill(directory);
    const words = ['--create', '--numeric-owner', '--sort=name', '--directory', directory, '.'];
    const archive = execFileSync('tar', words, { maxBuffer: 2 ** 30 });
    return { diffId: sha256(archive), archive, blob: archive, compression: 'none' };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export interface TestStore {
  readonly directory: string;
  readonly store: Store;
  /** Removed when the test has finished. */
  readonly scratch: string;
}

/** A store with an image of these layers, the lowest first, by the name `app`. */
export async function storeWith(
  context: TestContext,
  fills: readonly Fill[],
  process: ImageProcess = {},
): Promise<TestStore> {
  needs(context, 'root', 'overlay');
  const scratch = scratchDirectory(context);
  const config = { Entrypoint: ['/bin/inspect'], Cmd: ['--json'], ...process };
  const image = imageOf(fills.map(layerOfTree), { platform: thisPlatform(), config: { config } });
  const layout = join(scratch, 'layout');
  writeFiles(layout, layoutOf([{ image, name: 'app' }]));
  const directory = join(scratch, 'store');
  const store = await openStore({ directory, warn: (message) => expect.unreachable(message) });
  await store.load(layout, { name: 'app' });
  return { directory, store, scratch };
}
