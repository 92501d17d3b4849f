import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { describe, expect, it } from 'vitest';
import { saveTarget } from '../../src/image/save/save.ts';
import type { SaveOptions } from '../../src/image/save/save.ts';
import { openStore } from '../../src/image/store/store.ts';
import type { Store } from '../../src/image/store/store.ts';
import { blobName, imageOf, layerOf, layoutOf, scratch, sha256, writeFiles } from '../support/image.ts';

const image = imageOf([
  layerOf({ 'etc/one': 'one', 'usr/bin/tool': Buffer.alloc(3 << 20, 'tool') }),
  layerOf({ 'etc/two': 'two' }, 'none'),
]);
const blobs = [image.manifest, image.config, ...image.layers.map(({ blob }) => blob)];

interface Place {
  readonly directory: string;
  readonly store: Store;
}

/** A store with the image. */
async function stored(context: TestContext): Promise<Place> {
  const directory = scratch(context);
  writeFiles(join(directory, 'layout'), layoutOf([{ image, name: 'example:1' }]));
  const store = await emptyStore(directory, 'store');
  await store.load(join(directory, 'layout'));
  return { directory, store };
}

const emptyStore = (directory: string, name: string): Promise<Store> =>
  openStore({ directory: join(directory, name), warn: () => {} });

async function archived({ directory, store }: Place, file: string, options?: SaveOptions): Promise<Buffer> {
  await store.save('example:1', saveTarget(join(directory, file)), options);
  return readFileSync(join(directory, file));
}

const names = (archive: string): string[] =>
  execFileSync('tar', ['--list', '--file', archive], { encoding: 'utf8' }).trim().split('\n');

describe('an image that is saved', () => {
  it('has the blobs that it was loaded with', async (context) => {
    const { directory, store } = await stored(context);
    const saved = await store.save('example:1', saveTarget(`${directory}/out/`));
    expect(saved).toMatchObject({ names: ['example:1'], digest: sha256(image.manifest) });
    for (const blob of blobs) expect(readFileSync(join(directory, 'out', blobName(blob)))).toEqual(blob);
    expect(JSON.parse(readFileSync(join(directory, 'out/oci-layout'), 'utf8'))).toEqual({
      imageLayoutVersion: '1.0.0',
    });
    expect(JSON.parse(readFileSync(join(directory, 'out/index.json'), 'utf8'))).toMatchObject({
      schemaVersion: 2,
      manifests: [
        {
          digest: sha256(image.manifest),
          size: image.manifest.length,
          annotations: { 'org.opencontainers.image.ref.name': 'example:1' },
        },
      ],
    });
  });

  it.for(['out.tar', 'out/'])('is the same image where %s is loaded', async (target, context) => {
    const { directory, store } = await stored(context);
    await store.save('example:1', saveTarget(join(directory, target)));
    const other = await emptyStore(directory, 'other');
    const [loaded] = await other.load(join(directory, target));
    expect(loaded).toMatchObject({ names: ['example:1'], digest: sha256(image.manifest) });
  });

  it('has all its names where a digest asks for it', async (context) => {
    const { directory, store } = await stored(context);
    await store.load(join(directory, 'layout'), { name: 'another' });
    const { names } = await store.save(sha256(image.manifest), saveTarget(join(directory, 'out.tar')));
    expect(names).toEqual(['another', 'example:1']);
  });
});

describe('an archive', () => {
  it('always has the same bytes', async (context) => {
    const place = await stored(context);
    const first = await archived(place, 'first.tar');
    expect(await archived(place, 'second.tar')).toEqual(first);
  });

  it('takes the place of another one', async (context) => {
    const place = await stored(context);
    writeFileSync(join(place.directory, 'out.tar'), 'before');
    await archived(place, 'out.tar');
    expect(names(join(place.directory, 'out.tar'))).toEqual([
      ...blobs.map(blobName).sort(),
      'index.json',
      'oci-layout',
    ]);
  });

  it('is one of docker, too, where that is wanted', async (context) => {
    const place = await stored(context);
    await archived(place, 'out.tar', { format: 'docker' });
    const archive = join(place.directory, 'out.tar');
    const manifest = execFileSync('tar', ['--extract', '--to-stdout', '--file', archive, 'manifest.json']);
    expect(JSON.parse(manifest.toString())).toEqual([
      {
        Config: blobName(image.config),
        RepoTags: ['example:1'],
        Layers: image.layers.map(({ blob }) => blobName(blob)),
      },
    ]);
    const [loaded] = await (await emptyStore(place.directory, 'other')).load(`docker-archive:${archive}`);
    expect(loaded?.names).toEqual(['example:1']);
  });
});

describe('nothing is left', () => {
  it.for([['out.tar'], ['out/']])('of %s where a blob has been altered', async ([target = ''], context) => {
    const { directory, store } = await stored(context);
    const [{ blob } = { blob: Buffer.of() }] = image.layers;
    writeFileSync(join(directory, 'store', blobName(blob)), Buffer.alloc(blob.length));
    const before = readdirSync(directory);
    await expect(store.save('example:1', saveTarget(join(directory, target)))).rejects.toMatchObject({
      code: 'STATE_CORRUPT',
      message: expect.stringContaining('has been altered') as string,
    });
    expect(readdirSync(directory)).toEqual(before);
  });

  it('where the image is not in the store', async (context) => {
    const { directory, store } = await stored(context);
    const before = readdirSync(directory);
    await expect(store.save('other', saveTarget(join(directory, 'out.tar')))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(readdirSync(directory)).toEqual(before);
  });

  it('where the directory has something else', async (context) => {
    const { directory, store } = await stored(context);
    mkdirSync(join(directory, 'out'));
    writeFileSync(join(directory, 'out/mine'), '');
    await expect(store.save('example:1', saveTarget(join(directory, 'out')))).rejects.toThrow(
      'out: is not empty',
    );
    expect(readdirSync(join(directory, 'out'))).toEqual(['mine']);
  });

  it('where an archive of docker is to be a directory', async (context) => {
    const { directory, store } = await stored(context);
    const saving = store.save('example:1', saveTarget(`${directory}/out/`), { format: 'docker' });
    await expect(saving).rejects.toThrow('docker loads archives alone');
  });
});
