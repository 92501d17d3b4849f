/** A layer from its blob to its directory: reader, parser, judge and writer together. */
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import type { Compression, Digest } from '../../src/image/types.ts';
import { type UnpackOptions, unpackLayer } from '../../src/image/unpack.ts';
import { scratchDirectory } from '../support/bundle.ts';
import { needs } from '../support/conditions.ts';
import { archive, content, file, header, pax } from '../support/tar-archive.ts';

beforeEach((context) => needs(context, 'root'));

const digestOf = (bytes: Uint8Array): Digest => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const PACKERS: Readonly<Record<Compression, (bytes: Buffer) => Buffer>> = {
  none: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes),
  zstd: storedZstd,
};

/** RFC 8878: a frame whose blocks are stored. */
function storedZstd(bytes: Buffer): Buffer {
  const parts: Uint8Array[] = [Buffer.from('28b52ffd0038', 'hex')];
  for (let at = 0; at < bytes.length; at += 100_000) {
    const part = bytes.subarray(at, at + 100_000);
    const isLast = at + part.length === bytes.length;
    const head = Buffer.alloc(3);
    head.writeUIntLE((part.length << 3) | (isLast ? 1 : 0), 0, 3);
    parts.push(head, part);
  }
  return Buffer.concat(parts);
}

interface Prepared extends UnpackOptions {
  readonly blob: Buffer;
}

/** A layer of these bytes, ready to be unpacked. */
function prepare(context: TestContext, tar: Buffer, compression: Compression = 'gzip'): Prepared {
  const scratch = scratchDirectory(context);
  const blob = PACKERS[compression](tar);
  const path = join(scratch, 'blob');
  const directory = join(scratch, 'layer');
  writeFileSync(path, blob);
  mkdirSync(directory, { mode: 0o700 });
  const descriptor = openSync(path, 'r');
  context.onTestFinished(() => closeSync(descriptor));
  return {
    name: 'layer 1',
    place: { descriptor, offset: 0, size: blob.length },
    compression,
    digest: digestOf(blob),
    diffId: digestOf(tar),
    directory,
    lower: [],
    blob,
  };
}

/** Larger than all buffers together. */
const LARGE = randomBytes(4_000_001);

const TREE = archive(
  header({ name: 'etc/', type: '5', mode: '0000750' }),
  file('etc/hosts', '127.0.0.1 localhost\n', { mode: '0000640', uid: '0000012' }),
  header({ name: 'large', size: LARGE.length }),
  content(LARGE),
  header({ name: 'etc/link', type: '2', target: 'hosts' }),
  file('after', 'the last\n'),
);

describe('a layer', () => {
  it.for(['none', 'gzip', 'zstd'] as const)('is unpacked (%s)', async (compression, context) => {
    const layer = prepare(context, TREE, compression);
    const progress: number[] = [];
    const unpacked = await unpackLayer({ ...layer, progress: (bytes) => progress.push(bytes) });
    expect(unpacked).toMatchObject({ digest: layer.digest, diffId: layer.diffId, entries: 5, opaque: false });
    expect(readdirSync(layer.directory).sort()).toEqual(['after', 'etc', 'large']);
    expect(readFileSync(join(layer.directory, 'large')).equals(LARGE)).toBe(true);
    expect(readFileSync(join(layer.directory, 'etc/link'), 'utf8')).toBe('127.0.0.1 localhost\n');
    expect(readFileSync(join(layer.directory, 'after'), 'utf8')).toBe('the last\n');
    expect(statSync(join(layer.directory, 'etc')).mode & 0o7777).toBe(0o750);
    expect(statSync(join(layer.directory, 'etc/hosts'))).toMatchObject({ mode: 0o100640, uid: 10 });
    expect(progress.at(-1)).toBe(layer.blob.length);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
  });

  it('of no digest is held to its diff id, and copied', async (context) => {
    const { digest, ...layer } = prepare(context, TREE);
    const path = join(scratchDirectory(context), 'copy');
    const copy = openSync(path, 'w');
    context.onTestFinished(() => closeSync(copy));
    expect(await unpackLayer({ ...layer, copy })).toMatchObject({ digest });
    expect(readFileSync(path).equals(layer.blob)).toBe(true);
  });

  it('is hashed to its end, also what follows the archive', async (context) => {
    const layer = prepare(context, Buffer.concat([TREE, randomBytes(2_000_000)]));
    expect(await unpackLayer(layer)).toMatchObject({ diffId: layer.diffId, entries: 5 });
  });

  it('tells what it leaves out', async (context) => {
    const layer = prepare(
      context,
      archive(pax([['SCHILY.xattr.trusted.overlay.opaque', 'y']]), file('a', '')),
    );
    const warnings: string[] = [];
    await unpackLayer({ ...layer, warn: (message) => warnings.push(message) });
    expect(warnings).toEqual([expect.stringContaining('entry "a": ')]);
  });
});

const OTHER: Digest = `sha256:${'0'.repeat(64)}`;

describe('a layer is refused', () => {
  it('whose blob has another digest', async (context) => {
    const layer = prepare(context, TREE);
    await expect(unpackLayer({ ...layer, digest: OTHER })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `layer 1: the blob is ${layer.digest}, and not ${OTHER} as the manifest says`,
    });
  });

  it('whose content has another diff id', async (context) => {
    const layer = prepare(context, TREE);
    await expect(unpackLayer({ ...layer, diffId: OTHER })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `layer 1: what is packed in it is ${layer.diffId}, and not ${OTHER} as the image's config says`,
    });
  });

  const broken: [string, (layer: Prepared) => Partial<UnpackOptions>, RegExp][] = [
    [
      'that ends too early',
      ({ place, blob }) => ({ place: { ...place, size: blob.length - 9 } }),
      /^layer 1: packed data that end too early at byte \d+$/,
    ],
    [
      'whose file is shorter',
      ({ place, blob }) => ({ place: { ...place, size: blob.length + 1 } }),
      /^layer 1: its file ends after \d+ of \d+ bytes$/,
    ],
    [
      'that is packed in another way',
      () => ({ compression: 'zstd' }),
      /^layer 1: damaged zstd data at byte \d+$/,
    ],
    [
      'that is no archive',
      () => ({ compression: 'none' }),
      /^layer 1: header at offset 0: its checksum is wrong$/,
    ],
  ];
  it.for(broken)('%s', async ([, change, message], context) => {
    const layer = prepare(context, TREE);
    await expect(unpackLayer({ ...layer, ...change(layer) })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message) as string,
    });
  });

  it('by the judge, naming the entry', async (context) => {
    const layer = prepare(context, archive(file('a', 'a'), file('../b', 'b')));
    await expect(unpackLayer(layer)).rejects.toMatchObject({
      message: expect.stringMatching(/^layer 1: entry "\.\.\/b": /) as string,
    });
  });

  it('where the machine cannot make an entry, which is named', async (context) => {
    const layer = prepare(context, archive(header({ name: 'link', type: '1', target: 'not/here' })));
    await expect(unpackLayer(layer)).rejects.toMatchObject({
      code: 'HOST_FAILED',
      message: expect.stringMatching(
        /^layer 1: entry "not\/here": cannot be made: no such file or directory \(.*ENOENT\)$/,
      ) as string,
      details: { errno: 'ENOENT' },
    });
  });

  it('whose budget is used up', async (context) => {
    const layer = prepare(context, TREE);
    await expect(unpackLayer({ ...layer, budget: { entries: 3 } })).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
  });
});

describe('a signal', () => {
  it('that is aborted already lets nothing begin', async (context) => {
    const layer = prepare(context, TREE);
    const reason = new Error('no more');
    await expect(unpackLayer({ ...layer, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(readdirSync(layer.directory)).toEqual([]);
  });

  it('ends what goes on, and nothing is written afterwards', async (context) => {
    const layer = prepare(context, TREE);
    const controller = new AbortController();
    const reason = new Error('no more');
    const progress = (): void => controller.abort(reason);
    await expect(unpackLayer({ ...layer, signal: controller.signal, progress })).rejects.toBe(reason);
    expect(readdirSync(layer.directory)).not.toContain('after');
  });
});
