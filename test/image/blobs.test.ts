/** The reader of blobs in native/layer: what it unpacks, hashes, copies and refuses. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { layerFunctions } from '../../src/image/native.ts';
import type { BlobReader } from '../../src/image/native.ts';
import type { BlobPlace, Compression } from '../../src/image/types.ts';
import { scratchDirectory } from '../support/bundle.ts';
import { ROOT } from '../support/run.ts';
import { skippable, ZSTD, ZSTD_TEXT, zstdFrame } from '../support/zstd.ts';

const ADDON = join(ROOT, 'build/out/runts.node');
const layers = layerFunctions();
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function descriptorOf(context: TestContext, path: string, flags: string): number {
  const descriptor = openSync(path, flags);
  context.onTestFinished(() => closeSync(descriptor));
  return descriptor;
}

interface Given {
  readonly bytes: Uint8Array;
  readonly compression: Compression;
  readonly offset?: number;
  readonly size?: number;
  readonly copy?: number;
}

function open(context: TestContext, { bytes, compression, offset = 0, size, copy }: Given): BlobReader {
  const path = join(scratchDirectory(context), 'blob');
  writeFileSync(path, bytes);
  const descriptor = descriptorOf(context, path, 'r');
  const place = { descriptor, offset, size: size ?? bytes.length - offset, compression };
  const reader = layers.openBlob(copy === undefined ? place : { ...place, copy });
  context.onTestFinished(() => layers.closeBlob(reader));
  return reader;
}

/** All that the reader gives, with two buffers under way. */
async function drain(reader: BlobReader, length = 70_001): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const ask = (): { buffer: Uint8Array; filled: Promise<number> } => {
    const buffer = new Uint8Array(length);
    const filled = layers.readBlob(reader, buffer);
    filled.catch(() => undefined);
    return { buffer, filled };
  };
  const asked = [ask(), ask()];
  for (;;) {
    const { buffer, filled } = asked.shift()!;
    const got = await filled;
    if (got === 0) return Buffer.concat(parts);
    parts.push(buffer.subarray(0, got));
    asked.push(ask());
  }
}

/** Compressible, and long enough for many buffers. */
const CONTENT = Buffer.concat(
  Array.from({ length: 300 }, (_, index) => Buffer.concat([randomBytes(500), Buffer.alloc(5000, index)])),
);

describe('what is unpacked', () => {
  const cases: [string, Compression, Buffer, Buffer][] = [
    ['plain bytes', 'none', CONTENT, CONTENT],
    ['nothing', 'none', Buffer.alloc(0), Buffer.alloc(0)],
    ['a member of gzip', 'gzip', gzipSync(CONTENT), CONTENT],
    ['stored blocks', 'gzip', gzipSync(CONTENT, { level: 0 }), CONTENT],
    ['fixed codes', 'gzip', gzipSync(CONTENT, { strategy: constants.Z_FIXED }), CONTENT],
    ['an empty member', 'gzip', gzipSync(''), Buffer.alloc(0)],
    [
      'several members',
      'gzip',
      Buffer.concat([gzipSync(CONTENT), gzipSync(''), gzipSync('end')]),
      Buffer.concat([CONTENT, Buffer.from('end')]),
    ],
    ['a compressed frame of zstd', 'zstd', ZSTD, Buffer.from(ZSTD_TEXT)],
    [
      'several frames and skippable ones',
      'zstd',
      Buffer.concat([skippable(Buffer.from('x')), zstdFrame(7, 100_000), ZSTD, skippable(Buffer.alloc(0))]),
      Buffer.concat([Buffer.alloc(100_000, 7), Buffer.from(ZSTD_TEXT)]),
    ],
    ['a window of 32 MiB', 'zstd', zstdFrame(1, 10, 25), Buffer.alloc(10, 1)],
  ];
  it.for(cases)('%s', async ([, compression, bytes, content], context) => {
    const reader = open(context, { bytes, compression });
    expect((await drain(reader)).equals(content)).toBe(true);
    expect(layers.blobDigests(reader)).toEqual({ blob: sha256(bytes), content: sha256(content) });
  });

  it('lies in a part of a file, and is copied as it is', async (context) => {
    const blob = gzipSync(CONTENT);
    const bytes = Buffer.concat([Buffer.alloc(513, 1), blob, Buffer.alloc(9000, 2)]);
    const path = join(scratchDirectory(context), 'copy');
    const copy = descriptorOf(context, path, 'w');
    const reader = open(context, { bytes, compression: 'gzip', offset: 513, size: blob.length, copy });
    expect((await drain(reader)).equals(CONTENT)).toBe(true);
    expect(layers.blobDigests(reader).blob).toBe(sha256(blob));
    expect(readFileSync(path).equals(blob)).toBe(true);
  });

  it('fills one buffer whole before it gives the next', async (context) => {
    const reader = open(context, { bytes: gzipSync(CONTENT), compression: 'gzip' });
    const buffers = Array.from({ length: 3 }, () => new Uint8Array(100_000));
    const filled = await Promise.all(buffers.map((buffer) => layers.readBlob(reader, buffer)));
    expect(filled).toEqual([100_000, 100_000, 100_000]);
    expect(Buffer.concat(buffers).equals(CONTENT.subarray(0, 300_000))).toBe(true);
  });
});

it('digests are there once the end is read, whatever is asked for behind it', async (context) => {
  const bytes = Buffer.from('content');
  const reader = open(context, { bytes, compression: 'none' });
  await drain(reader);
  const asked = Array.from({ length: 500 }, () => {
    const more = layers.readBlob(reader, new Uint8Array(1));
    expect(layers.blobDigests(reader)).toEqual({ blob: sha256(bytes), content: sha256(bytes) });
    return more;
  });
  expect(new Set(await Promise.all(asked))).toEqual(new Set([0]));
});

describe('what is refused', () => {
  const packed = gzipSync(CONTENT);
  const changed = (at: number): Buffer =>
    Buffer.from(packed.map((byte, index) => (index === at ? byte ^ 255 : byte)));
  const cases: [string, Compression, Buffer, RegExp][] = [
    ['an empty blob of gzip', 'gzip', Buffer.alloc(0), /^packed data that end too early at byte 0$/],
    ['an empty blob of zstd', 'zstd', Buffer.alloc(0), /^packed data that end too early at byte 0$/],
    [
      'no gzip',
      'gzip',
      Buffer.from('plain text, and long enough for a header'),
      /^damaged gzip data at byte \d+$/,
    ],
    ['gzip without its end', 'gzip', packed.subarray(0, -1), /^packed data that end too early at byte \d+$/],
    [
      'half of a member',
      'gzip',
      packed.subarray(0, packed.length / 2),
      /^packed data that end too early at byte \d+$/,
    ],
    ['another checksum', 'gzip', changed(packed.length - 8), /^damaged gzip data at byte \d+$/],
    ['another length', 'gzip', changed(packed.length - 1), /^damaged gzip data at byte \d+$/],
    [
      'zeros after the last member',
      'gzip',
      Buffer.concat([packed, Buffer.alloc(512)]),
      /^damaged gzip data at byte \d+$/,
    ],
    ['zlib instead of gzip', 'gzip', deflateRawSync(CONTENT), /^damaged gzip data at byte \d+$/],
    ['zstd without its end', 'zstd', ZSTD.subarray(0, -5), /^packed data that end too early at byte \d+$/],
    [
      'bytes after the last frame',
      'zstd',
      Buffer.concat([ZSTD, Buffer.from('more of it')]),
      /^damaged zstd data at byte \d+$/,
    ],
    [
      'a larger window',
      'zstd',
      zstdFrame(1, 10, 26),
      /^zstd data with a window of more than 32 MiB at byte \d+$/,
    ],
  ];
  it.for(cases)('%s', async ([, compression, bytes, detail], context) => {
    const reader = open(context, { bytes, compression });
    await expect(drain(reader)).rejects.toMatchObject({
      code: 'EBADMSG',
      detail: expect.stringMatching(detail),
    });
    expect(() => layers.blobDigests(reader)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
    // And it stays so.
    await expect(drain(reader)).rejects.toMatchObject({ code: 'EBADMSG' });
  });

  it('a file that has become shorter', async (context) => {
    const reader = open(context, { bytes: CONTENT, compression: 'none', size: CONTENT.length + 10 });
    const detail = `its file ends after ${CONTENT.length} of ${CONTENT.length + 10} bytes`;
    await expect(drain(reader)).rejects.toMatchObject({ code: 'EBADMSG', detail });
  });

  it('a descriptor that cannot be read, and one that cannot be written', async (context) => {
    const path = join(scratchDirectory(context), 'file');
    const descriptor = descriptorOf(context, path, 'w');
    truncateSync(path, 10);
    const unreadable = layers.openBlob({ descriptor, offset: 0, size: 10, compression: 'none' });
    await expect(drain(unreadable)).rejects.toMatchObject({ code: 'EBADF', syscall: 'pread' });
    const copy = descriptorOf(context, path, 'r');
    const reader = open(context, { bytes: CONTENT, compression: 'none', copy });
    await expect(drain(reader)).rejects.toMatchObject({ code: 'EBADF', syscall: 'pwrite' });
  });
});

/** A blob that nobody reads to its end. */
function longPlace(context: TestContext): BlobPlace & { readonly compression: Compression } {
  const path = join(scratchDirectory(context), 'blob');
  const size = 2 ** 33;
  writeFileSync(path, '');
  truncateSync(path, size);
  return { descriptor: descriptorOf(context, path, 'r'), offset: 0, size, compression: 'none' };
}

describe('a reader that is closed', () => {
  it('ends what is open, and what comes after', async (context) => {
    const reader = layers.openBlob(longPlace(context));
    const buffer = new Uint8Array(4 << 20);
    const ends = Promise.allSettled(Array.from({ length: 64 }, () => layers.readBlob(reader, buffer)));
    layers.closeBlob(reader);
    const refused = (await ends).filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const each of refused) expect(each).toMatchObject({ reason: { code: 'ECANCELED' } });
    await expect(layers.readBlob(reader, new Uint8Array(1))).rejects.toMatchObject({ code: 'ECANCELED' });
  });

  it('uses no memory of an environment that has ended', async (context) => {
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
      const addon = { exports: {} };
      process.dlopen(addon, workerData.addon);
      const reader = addon.exports.openBlob(workerData.place);
      const read = () => addon.exports.readBlob(reader, new Uint8Array(4 << 20));
      read().then(() => parentPort.postMessage('reads'));
      for (let count = 0; count < 32; count++) read();`,
      {
        eval: true,
        workerData: { addon: ADDON, place: longPlace(context) },
      },
    );
    await once(worker, 'message');
    expect(await worker.terminate()).toBe(1);
  });
});
