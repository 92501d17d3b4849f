import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
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
import { archive, header } from '../../support/tar-archive.ts';

const base = layerOf({ 'etc/hostname': 'base', 'usr/bin/tool': 'tool' });
const top = layerOf({ 'etc/motd': 'top', 'etc/.wh.hostname': '' });
const web = imageOf([base, top]);
const database = imageOf([base]);

const fail = (message: string): void => expect.unreachable(message);

async function loaded(context: TestContext): Promise<{ store: Store; source: string }> {
  const store = await openStore({ directory: join(scratch(context), 'store'), warn: fail });
  const source = scratch(context);
  const entries = [
    { image: web, name: 'web' },
    { image: database, name: 'database' },
  ];
  writeFiles(source, layoutOf(entries));
  await store.load(source);
  return { store, source };
}

const blobOf = ({ paths }: Store, bytes: Buffer): string => join(paths.blobs, sha256(bytes).slice(7));

it('a store as it was made is whole', async (context) => {
  const { store } = await loaded(context);
  expect(await store.verify()).toEqual({ images: 2, layers: 2, blobs: 6, faults: [] });
  expect(await store.verify(['database'])).toEqual({ images: 1, layers: 1, blobs: 3, faults: [] });
  expect(readdirSync(store.paths.ingest)).toEqual([]);
});

const changes: [string, (layer: string) => void, string][] = [
  ['a file is missing', (layer) => rmSync(join(layer, 'etc/motd')), '"etc/motd" is missing'],
  ['a file is new', (layer) => writeFileSync(join(layer, 'x'), ''), '"" has another mtime'],
  ['a whiteout is gone', (layer) => rmSync(join(layer, 'etc/hostname')), '"etc/hostname" is missing'],
  ['a mode is another', (layer) => chmodSync(join(layer, 'etc/motd'), 0o4755), '"etc/motd" has another mode'],
  ['a time is another', (layer) => utimesSync(join(layer, 'etc/motd'), 1, 1), '"etc/motd" has another mtime'],
  [
    'a file is longer',
    (layer) => appendFileSync(join(layer, 'etc/motd'), 'x'),
    '"etc/motd" has another size',
  ],
  [
    'content is other',
    (layer) => writeSilently(join(layer, 'etc/motd'), 'pot'),
    '"etc/motd" has other content',
  ],
];

/** Times stay as they were: nothing but the bytes tells. */
function writeSilently(path: string, text: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, text);
  utimesSync(path, atime, mtime);
}

/** As {@link writeSilently} for what is made or removed in directories: the difference is to be the entry, not their times. */
function keepingTimes(layer: string, change: (layer: string) => void): void {
  const directories = ['', 'etc'].map((name) => join(layer, name));
  const times = directories.map((path) => statSync(path));
  change(layer);
  directories.forEach((path, at) => utimesSync(path, times[at]!.atime, times[at]!.mtime));
}

it.for(changes)(
  'a layer is damaged where %s, and put right by loading again',
  async ([what, change, problem], context) => {
    const { store, source } = await loaded(context);
    const { layers, chainIds } = await store.resolve('web');
    if (what === 'a file is new') change(layers[0]!);
    else keepingTimes(layers[0]!, change);
    const faults = [{ thing: `layer ${chainIds[1]}`, problem, images: ['web'] }];
    expect(await store.verify()).toEqual({ images: 2, layers: 2, blobs: 6, faults });
    await expect(store.resolve('web')).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
    await store.resolve('database');
    await store.load(source);
    expect((await store.verify()).faults).toEqual([]);
    expect(readFileSync(join(layers[0]!, 'etc/motd'), 'utf8')).toBe('top');
  },
);

it.for<readonly [string, string]>([
  ['', 'is not in the store'],
  ['diff', 'has lost its directory'],
])('a layer without its directory (/%s) is put right by loading again', async ([name, problem], context) => {
  const { store, source } = await loaded(context);
  const [lowest] = (await store.resolve('web')).chainIds;
  rmSync(join(store.paths.layers, lowest!.slice(7), name), { recursive: true });
  const { faults } = await store.verify();
  expect(faults).toEqual([{ thing: `layer ${lowest}`, problem, images: ['database', 'web'] }]);
  await store.load(source);
  expect((await store.verify()).faults).toEqual([]);
});

it('a blob is damaged, and put right by loading again', async (context) => {
  const { store, source } = await loaded(context);
  const path = blobOf(store, base.blob);
  appendFileSync(path, 'x');
  const { faults } = await store.verify();
  expect(faults).toEqual([
    {
      thing: `blob ${sha256(base.blob)}`,
      problem: expect.stringContaining('its layer: '),
      images: ['database', 'web'],
    },
  ]);
  expect((await store.verify()).faults).toMatchObject([{ problem: 'is not in the store' }]);
  await store.load(source);
  expect((await store.verify()).faults).toEqual([]);
});

it('a document is damaged, and put right by loading again', async (context) => {
  const { store, source } = await loaded(context);
  writeFileSync(blobOf(store, web.config), '{}');
  const { faults } = await store.verify();
  expect(faults).toEqual([
    {
      thing: `image ${sha256(web.manifest)}`,
      problem: `blob ${sha256(web.config)}: has been altered`,
      images: ['web'],
    },
  ]);
  await store.load(source);
  expect((await store.verify()).faults).toEqual([]);
});

it('a layer may have copies of lower files, which its hard links want', async (context) => {
  const { store } = await loaded(context);
  const lower = layerOf({ tool: 'x'.repeat(10_000) });
  const links = layerOfArchive(archive(header({ name: 'link', target: 'tool', type: '1' })));
  const source = scratch(context);
  writeFiles(source, layoutOf([{ image: imageOf([lower, links]), name: 'linked' }]));
  await store.load(source);
  expect((await store.verify(['linked'])).faults).toEqual([]);
});

it('hard links are told from copies', async (context) => {
  const { store } = await loaded(context);
  const { layers } = await store.resolve('database');
  const before = statSync(join(layers[0]!, 'usr/bin'));
  const { linkSync } = await import('node:fs');
  linkSync(join(layers[0]!, 'usr/bin/tool'), join(store.paths.directory, 'containers/link'));
  expect(statSync(join(layers[0]!, 'usr/bin')).mtimeMs).toBe(before.mtimeMs);
  expect((await store.verify(['database'])).faults).toMatchObject([
    { problem: '"usr/bin/tool" has another links' },
  ]);
});
