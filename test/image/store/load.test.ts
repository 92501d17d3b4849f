import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import type { RuntsError } from '../../../src/errors.ts';
import { coreFiles } from '../../../src/host/core-files.ts';
import { addon } from '../../../src/host/node-addon.ts';
import type { Progress } from '../../../src/image/progress.ts';
import { openStore } from '../../../src/image/store/store.ts';
import type { Store } from '../../../src/image/store/store.ts';
import {
  archiveOf,
  blobName,
  dockerOf,
  imageOf,
  layerOf,
  layoutOf,
  scratch,
  sha256,
  writeFiles,
} from '../../support/image.ts';
import type { Entry, TestImage, TestLayer } from '../../support/image.ts';

const fail = (message: string): void => expect.unreachable(message);

async function newStore(context: TestContext, warn = fail): Promise<Store> {
  return openStore({ directory: join(scratch(context), 'store'), warn });
}

function layout(context: TestContext, entries: readonly Entry[]): string {
  const directory = scratch(context);
  writeFiles(directory, layoutOf(entries));
  return directory;
}

const base = layerOf({ 'etc/hostname': 'base', 'usr/bin/tool': 'tool' });
const top = layerOf({ 'etc/motd': 'top' }, 'none');
const other = layerOf({ 'etc/motd': 'other' });

const web = imageOf([base, top]);
const database = imageOf([base, other]);

const layersOf = ({ paths }: Store): string[] => readdirSync(paths.layers).sort();
const blobsOf = ({ paths }: Store): string[] => readdirSync(paths.blobs).sort();

/** What is in the store, byte for byte. */
function expectWhole(store: Store, images: readonly TestImage[]): void {
  const blobs = images.flatMap(({ config, manifest, layers }) => [
    config,
    manifest,
    ...layers.map(({ blob }) => blob),
  ]);
  expect(blobsOf(store)).toEqual([...new Set(blobs.map((blob) => sha256(blob).slice(7)))].sort());
  for (const name of blobsOf(store)) {
    const bytes = readFileSync(join(store.paths.blobs, name));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(name);
  }
  expect(readdirSync(store.paths.ingest)).toEqual([]);
}

describe('an image that was loaded', () => {
  it('is there by its name, with its layers, the topmost first', async (context) => {
    const store = await newStore(context);
    const [loaded] = await store.load(layout(context, [{ image: web, name: 'web' }]));
    expect(loaded).toMatchObject({ names: ['web'], digest: sha256(web.manifest) });
    expect(loaded?.layers.map(({ isNew }) => isNew)).toEqual([true, true]);
    const image = await store.resolve('web');
    expect(image).toMatchObject({ names: ['web'], digest: sha256(web.manifest) });
    expect(image.layers.map((path) => readdirSync(path))).toEqual([['etc'], ['etc', 'usr']]);
    expect(readFileSync(join(image.layers[0]!, 'etc/motd'), 'utf8')).toBe('top');
    expectWhole(store, [web]);
  });

  it('is there by its digest, and by enough of it', async (context) => {
    const store = await newStore(context);
    await store.load(layout(context, [{ image: web, name: 'web' }]));
    const digest = sha256(web.manifest);
    for (const name of [digest, digest.slice(7), digest.slice(7, 13), digest.slice(0, 20)]) {
      expect((await store.resolve(name)).digest).toBe(digest);
    }
    await expect(store.resolve(digest.slice(7, 12))).rejects.toThrow('is not in the store');
    await expect(store.resolve('other')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is listed, and told all about', async (context) => {
    const store = await newStore(context);
    const image = imageOf([base], { config: { created: '2026-01-02T03:04:05Z' } });
    await store.load(layout(context, [{ image, name: 'web' }]));
    const size = base.blob.length;
    expect(await store.list()).toEqual([
      {
        name: 'web',
        digest: sha256(image.manifest),
        loaded: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        platform: 'linux/amd64',
        created: '2026-01-02T03:04:05Z',
        layers: 1,
        size,
      },
    ]);
    expect(await store.inspect('web')).toMatchObject({
      names: ['web'],
      platform: 'linux/amd64',
      layers: [
        {
          diffId: base.diffId,
          chainId: base.diffId,
          digest: sha256(base.blob),
          size,
          bytes: expect.any(Number),
        },
      ],
      usedBy: [],
    });
  });

  it('is one of several of its source, or has several names', async (context) => {
    const store = await newStore(context);
    const entries = [
      { image: web, name: 'a' },
      { image: database, name: 'b' },
      { image: web, name: 'c' },
    ];
    await store.load(layout(context, entries));
    expect((await store.list()).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect((await store.resolve('a')).names).toEqual(['a', 'c']);
    expectWhole(store, [web, database]);
  });

  it('has the name that it is given', async (context) => {
    const store = await newStore(context);
    const source = layout(context, [{ image: web }]);
    await expect(store.load(source)).rejects.toThrow(`${source}: has no name for its image`);
    await store.load(source, { name: 'mine' });
    expect((await store.list()).map(({ name }) => name)).toEqual(['mine']);
  });

  it('takes over a name', async (context) => {
    const store = await newStore(context);
    await store.load(layout(context, [{ image: web }]), { name: 'x' });
    await store.load(layout(context, [{ image: database }]), { name: 'x' });
    expect((await store.resolve('x')).digest).toBe(sha256(database.manifest));
    await store.prune();
    expectWhole(store, [database]);
  });

  it('came from an archive of docker, and has a manifest now', async (context) => {
    const store = await newStore(context);
    const path = join(scratch(context), 'image.tar');
    writeFileSync(path, archiveOf(dockerOf(web, ['web:1'])));
    await store.load(path);
    const { manifest, config, layers } = await store.resolve('web:1');
    expect(manifest.config.digest).toBe(sha256(web.config));
    expect(manifest.layers.map(({ digest }) => digest)).toEqual(web.layers.map(({ blob }) => sha256(blob)));
    expect(config.rootfs.diff_ids).toEqual(web.layers.map(({ diffId }) => diffId));
    expect(layers).toHaveLength(2);
  });
});

describe('a layer', () => {
  it('is there once, however many images have it', async (context) => {
    const store = await newStore(context);
    await store.load(layout(context, [{ image: web, name: 'web' }]));
    const before = statSync(join((await store.resolve('web')).layers[1]!, 'usr/bin/tool'));
    const [loaded] = await store.load(layout(context, [{ image: database, name: 'database' }]));
    expect(loaded?.layers.map(({ isNew }) => isNew)).toEqual([false, true]);
    const { layers } = await store.resolve('database');
    expect(statSync(join(layers[1]!, 'usr/bin/tool')).ino).toBe(before.ino);
    expect(layersOf(store)).toHaveLength(3);
    expectWhole(store, [web, database]);
  });

  it('is there once, however it is packed', async (context) => {
    const store = await newStore(context);
    const plain: TestLayer = { ...base, blob: base.archive, compression: 'none' };
    const again = imageOf([plain, top]);
    await store.load(layout(context, [{ image: web, name: 'packed' }]));
    await store.load(layout(context, [{ image: again, name: 'plain' }]));
    expect((await store.resolve('plain')).layers).toEqual((await store.resolve('packed')).layers);
    expectWhole(store, [web, again]);
  });

  it('that hides all others is the last that is seen', async (context) => {
    const store = await newStore(context);
    const image = imageOf([base, layerOf({ '.wh..wh..opq': '', new: 'new' }), top]);
    await store.load(layout(context, [{ image, name: 'web' }]));
    const { layers, chainIds } = await store.resolve('web');
    expect(chainIds).toHaveLength(3);
    expect(layers.map((path) => readdirSync(path))).toEqual([['etc'], ['new']]);
  });

  it('of several loads at once is unpacked by one', async (context) => {
    const store = await newStore(context);
    const more = await openStore({ directory: store.paths.directory, warn: fail });
    const sources = [web, database, web, database].map((image) => layout(context, [{ image }]));
    const loads = await Promise.all(
      sources.map((source, at) => (at % 2 === 0 ? store : more).load(source, { name: `i${at}` })),
    );
    const unpacked = loads.flatMap(([image]) => image!.layers.filter(({ isNew }) => isNew));
    expect(unpacked).toHaveLength(3);
    expect((await store.list()).map(({ name }) => name)).toEqual(['i0', 'i1', 'i2', 'i3']);
    expectWhole(store, [web, database]);
  });

  it('tells how far it is', async (context) => {
    const store = await newStore(context);
    const seen: Progress[] = [];
    const progress = (report: Progress): void => void seen.push(report);
    const source = layout(context, [{ image: web, name: 'web' }]);
    await store.load(source, { progress });
    const ends = (): Progress[] => seen.splice(0).filter(({ outcome }) => outcome !== undefined);
    const [first, second] = web.layers.map(({ blob }) => blob.length);
    expect(ends()).toEqual([
      { part: 'layer 1 of 2', done: first, size: first, outcome: 'unpacked' },
      { part: 'layer 2 of 2', done: second, size: second, outcome: 'unpacked' },
    ]);
    await store.load(source, { progress });
    expect(ends().map(({ outcome }) => outcome)).toEqual(['there already', 'there already']);
  });
});

async function refused(
  context: TestContext,
  files: Record<string, Buffer>,
  options = {},
): Promise<RuntsError> {
  const store = await newStore(context);
  const directory = scratch(context);
  writeFiles(directory, files);
  const error = await store.load(directory, options).then(
    () => expect.unreachable('it was taken'),
    (error: unknown) => error as RuntsError,
  );
  expect(error.message.startsWith(directory)).toBe(true);
  expect(await store.list()).toEqual([]);
  expect([...blobsOf(store), ...layersOf(store), ...readdirSync(store.paths.ingest)]).toEqual([]);
  return error;
}

describe('of an image that is refused nothing stays', () => {
  const good = layoutOf([{ image: web, name: 'web' }]);
  const name = blobName(top.blob);

  it('where a layer has been altered', async (context) => {
    const altered = Buffer.from(top.blob);
    altered[600]! ^= 1;
    const { message } = await refused(context, { ...good, [name]: altered });
    expect(message).toContain('layer 2: ');
    expect(message).toContain(sha256(altered).slice(7));
  });

  it('where a layer is not what the config says', async (context) => {
    const image = imageOf([base, { ...top, diffId: other.diffId }]);
    const { message } = await refused(context, layoutOf([{ image, name: 'web' }]));
    expect(message).toContain('layer 2: ');
    expect(message).toContain(other.diffId);
  });

  it('where a layer is more than its budget', async (context) => {
    const { code, message } = await refused(context, good, { budget: { entries: 2 } });
    expect(code).toBe('TOO_LARGE');
    expect(message).toContain('layer 1: ');
  });

  it('where its name cannot be one', async (context) => {
    const files = layoutOf([{ image: web, name: 'a b' }]);
    const store = await newStore(context);
    const directory = scratch(context);
    writeFiles(directory, files);
    await expect(store.load(directory)).rejects.toThrow('"a b" cannot be a name');
    expect(blobsOf(store)).toEqual([]);
  });
});

describe('a load that is called off', () => {
  it('leaves nothing', async (context) => {
    const { paths } = await newStore(context);
    const abort = new AbortController();
    const store = await openStore({ directory: paths.directory, warn: fail, signal: abort.signal });
    const progress = ({ part }: Progress): void => {
      if (part === 'layer 2 of 2') abort.abort(new Error('enough'));
    };
    const source = layout(context, [{ image: web, name: 'web' }]);
    await expect(store.load(source, { progress })).rejects.toThrow('enough');
    expect([...blobsOf(store), ...layersOf(store), ...readdirSync(paths.ingest)]).toEqual([]);
  });

  it('waits for no other', async (context) => {
    const { paths } = await newStore(context);
    const abort = new AbortController();
    const store = await openStore({ directory: paths.directory, warn: fail, signal: abort.signal });
    // As a process has it that is unpacking the first layer.
    const held = coreFiles(addon, () => 0).tryLock(join(paths.ingest, `${base.diffId.slice(7)}.lock`));
    const source = layout(context, [{ image: web, name: 'web' }]);
    const progress = (): void => void setImmediate(() => abort.abort(new Error('enough')));
    await expect(store.load(source, { progress })).rejects.toThrow('enough');
    held?.release();
    const next = await openStore({ directory: paths.directory, warn: fail });
    await next.load(source);
    expectWhole(next, [web]);
  });
});

/** The first layer's place cannot go as it should any more once the second is unpacked. */
const spoil =
  ({ paths }: Store) =>
  ({ part, outcome }: Progress): void => {
    if (part !== 'layer 2 of 2' || outcome !== undefined) return;
    rmSync(join(paths.ingest, `${base.diffId.slice(7)}.lock`), { force: true });
  };

describe('a place that does not go as it should', () => {
  it('keeps no other, and is told', async (context) => {
    const store = await newStore(context);
    const source = layout(context, [{ image: web, name: 'web' }]);
    await expect(store.load(source, { progress: spoil(store) })).rejects.toThrow('ENOENT');
    expectWhole(store, [web]);
  });

  it('is not told where the load itself has failed', async (context) => {
    const store = await newStore(context);
    const image = imageOf([base, { ...top, diffId: other.diffId }]);
    const source = layout(context, [{ image, name: 'web' }]);
    await expect(store.load(source, { progress: spoil(store) })).rejects.toThrow(other.diffId);
    expectWhole(store, []);
    expect(layersOf(store)).toEqual([]);
  });
});

describe('an image that was removed', () => {
  it('takes with it what no other has', async (context) => {
    const store = await newStore(context);
    await store.load(layout(context, [{ image: web, name: 'web' }]));
    await store.load(layout(context, [{ image: database, name: 'database' }]));
    const removed = await store.remove(['web']);
    expect(removed).toMatchObject({ names: ['web'], layers: [expect.any(String)] });
    expect(removed.blobs).toHaveLength(3);
    expectWhole(store, [database]);
    expect((await store.resolve('database')).layers.map((path) => readdirSync(path).length)).toEqual([1, 2]);
  });

  it('goes with all names by its digest, and by one name with that alone', async (context) => {
    const store = await newStore(context);
    const entries = ['a', 'b', 'c'].map((name) => ({ image: web, name }));
    await store.load(layout(context, entries));
    expect(await store.remove(['b'])).toMatchObject({ names: ['b'], layers: [], blobs: [], bytes: 0 });
    expect((await store.remove([sha256(web.manifest)])).names).toEqual(['a', 'c']);
    expectWhole(store, []);
  });

  it('stays where one of several names is not known', async (context) => {
    const store = await newStore(context);
    await store.load(layout(context, [{ image: web, name: 'web' }]));
    await expect(store.remove(['web', 'wbe'])).rejects.toThrow('"wbe": is not in the store');
    expectWhole(store, [web]);
  });

  it('leaves its layers to bundles, until these are gone', async (context) => {
    const store = await newStore(context);
    const bundle = join(scratch(context), 'bundle');
    await store.load(layout(context, [{ image: web, name: 'web' }]));
    await expect(store.use('web', bundle)).rejects.toThrow(`${bundle}: is not there to use an image`);
    mkdirSync(bundle);
    const { layers } = await store.use('web', bundle);
    expect((await store.inspect('web')).usedBy).toEqual([bundle]);
    expect(await store.remove(['web'])).toMatchObject({ layers: [], blobs: [] });
    expect(await store.prune()).toMatchObject({ layers: [], blobs: [], uses: [] });
    expect(layers.map((path) => readdirSync(path).length)).toEqual([1, 2]);
    rmSync(bundle, { recursive: true });
    expect(await store.prune()).toMatchObject({ uses: [bundle] });
    expectWhole(store, []);
    expect(layersOf(store)).toEqual([]);
  });

  it('leaves its layers to who says so, until he says otherwise', async (context) => {
    const store = await newStore(context);
    const bundle = scratch(context);
    await store.load(layout(context, [{ image: web, name: 'web' }]));
    await store.use('web', bundle);
    await store.unuse(bundle);
    await store.unuse(bundle);
    expect((await store.remove(['web'])).layers).toHaveLength(2);
  });
});

it('what a load needs stays while others prune', async (context) => {
  const store = await newStore(context);
  await store.load(layout(context, [{ image: web, name: 'web' }]));
  let pruned: Promise<unknown> | undefined;
  const progress = (): void => {
    // The name goes while another image just takes its layer.
    pruned ??= store.remove(['web']).then(() => store.prune());
  };
  await store.load(layout(context, [{ image: database, name: 'database' }]), { progress });
  await pruned;
  expect((await store.resolve('database')).layers).toHaveLength(2);
  expectWhole(store, [database]);
});

it('a layer that is known to be damaged is put right by loading its image again', async (context) => {
  const store = await newStore(context);
  const source = layout(context, [{ image: web, name: 'web' }]);
  await store.load(source);
  const { layers } = await store.resolve('web');
  rmSync(join(layers[0]!, 'etc/motd'));
  rmSync(join(layers[0]!, '../layer.json'));
  await expect(store.resolve('web')).rejects.toMatchObject({
    code: 'STATE_CORRUPT',
    details: { hint: 'load the image again' },
  });
  await store.load(source);
  expect(readFileSync(join(layers[0]!, 'etc/motd'), 'utf8')).toBe('top');
  expectWhole(store, [web]);
});

it('a blob that is gone is put back by loading its image again', async (context) => {
  const store = await newStore(context);
  const source = layout(context, [{ image: web, name: 'web' }]);
  await store.load(source);
  for (const name of blobsOf(store)) rmSync(join(store.paths.blobs, name));
  await expect(store.resolve('web')).rejects.toThrow('is not in the store');
  await store.load(source);
  expectWhole(store, [web]);
});
