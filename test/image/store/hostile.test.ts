/** What somebody else's image does to the images that a store has. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { openStore } from '../../../src/image/store/store.ts';
import type { Store } from '../../../src/image/store/store.ts';
import {
  imageOf,
  layerOf,
  layerOfArchive,
  layoutOf,
  scratch,
  sha256,
  writeFiles,
} from '../../support/image.ts';
import type { TestImage, TestLayer } from '../../support/image.ts';
import { archive, file, pax } from '../../support/tar-archive.ts';

const newStore = (context: TestContext): Promise<Store> =>
  openStore({ directory: join(scratch(context), 'store'), warn: (message) => expect.unreachable(message) });

function layout(context: TestContext, image: TestImage, name: string): string {
  const directory = scratch(context);
  writeFiles(directory, layoutOf([{ image, name }]));
  return directory;
}

const layer = layerOf({ 'etc/motd': 'text' }, 'none');
const image = imageOf([layer]);

const packed = (level: number): TestLayer => ({
  ...layer,
  blob: gzipSync(layer.archive, { level }),
  compression: 'gzip',
});

it('one layer packed in several ways is kept in each of them', async (context) => {
  const store = await newStore(context);
  await store.load(layout(context, imageOf([layer, layer]), 'plain'));
  await store.load(layout(context, imageOf([packed(9), packed(0)]), 'packed'));
  const names = readdirSync(store.paths.blobs);
  expect(names).toEqual(expect.arrayContaining([9, 0].map((level) => sha256(packed(level).blob).slice(7))));
  for (const name of names) {
    const bytes = readFileSync(join(store.paths.blobs, name));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(name);
  }
});

it("a name that looks like another image's digest stands for neither", async (context) => {
  const store = await newStore(context);
  const other = imageOf([layerOf({ 'etc/motd': 'other' })]);
  const short = sha256(image.manifest).slice(7, 19);
  await store.load(layout(context, image, 'mine'));
  await store.load(layout(context, other, short));
  const message = `image ${short}: is a name, and the beginning of another image's digest`;
  await expect(store.resolve(short)).rejects.toThrow(message);
  await expect(store.remove([short])).rejects.toThrow(message);
  expect((await store.resolve(`sha256:${short}`)).names).toEqual(['mine']);
  expect((await store.resolve(sha256(other.manifest))).names).toEqual([short]);
});

it('a directory as docker saves it names nothing outside of itself', async (context) => {
  const store = await newStore(context);
  const directory = scratch(context);
  writeFiles(directory, { config: image.config, layer: layer.blob });
  const manifest = [{ Config: '../config', RepoTags: ['web:1'], Layers: ['../layer'] }];
  writeFiles(join(directory, 'source'), { 'manifest.json': JSON.stringify(manifest) });
  await expect(store.load(join(directory, 'source'))).rejects.toThrow('../config: is not there');
});

const long = (number: number): Buffer[] => [pax([['path', `${number}${'x'.repeat(60_000)}`]]), file('x', '')];

it('an archive has not more names than fit into a little memory', async (context) => {
  const store = await newStore(context);
  const source = join(scratch(context), 'image.tar');
  writeFileSync(source, archive(...Array.from({ length: 300 }, (_, number) => long(number)).flat()));
  await expect(store.load(source)).rejects.toThrow('those of the archive have more than 16777216 bytes');
});

it('a layer that is small enough to unpack to much is not unpacked again and again', async (context) => {
  const store = await newStore(context);
  const holes = [
    ['GNU.sparse.major', '1'],
    ['GNU.sparse.minor', '0'],
    ['GNU.sparse.realsize', String(100 * 2 ** 20)],
  ] as const;
  const bomb = archive(pax(holes), file('hole', `0\n${'\0'.repeat(510)}`));
  const layers = Array.from({ length: 5 }, () => layerOfArchive(bomb));
  await expect(store.load(layout(context, imageOf(layers), 'bomb'))).rejects.toThrow(
    'layer 3: it and the layers below unpack to more than 250 times what is packed',
  );
  expect(readdirSync(store.paths.layers)).toEqual([]);
  expect(readdirSync(store.paths.ingest)).toEqual([]);
});

it('a link that led to a bundle takes no layer from it', async (context) => {
  const store = await newStore(context);
  await store.load(layout(context, image, 'mine'));
  const top = scratch(context);
  mkdirSync(join(top, 'real/bundle'), { recursive: true });
  symlinkSync('real', join(top, 'link'));
  await store.use('mine', join(top, 'link/bundle'));
  await store.remove(['mine']);
  rmSync(join(top, 'link'));
  expect((await store.prune()).layers).toEqual([]);
  await store.unuse(join(top, 'real/bundle'));
  expect((await store.prune()).layers).toHaveLength(1);
});
