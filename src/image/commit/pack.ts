import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { digestFrom } from '../digest.ts';
import type { Digest } from '../types.ts';
import { writeAll } from '../write-all.ts';

export interface PackedLayer {
  /** Of the archive. */
  readonly diffId: Digest;
  /** Of the packed archive; `size` are its bytes. */
  readonly digest: Digest;
  readonly size: number;
}

/** Packs an archive into a file, from its beginning on. The same archive gives the same bytes wherever zlib is the same. */
export async function packLayer(
  archive: AsyncIterable<Uint8Array>,
  descriptor: number,
): Promise<PackedLayer> {
  const content = createHash('sha256');
  const blob = createHash('sha256');
  let size = 0;
  await pipeline(
    async function* hashed() {
      for await (const bytes of archive) {
        content.update(bytes);
        yield bytes;
      }
    },
    createGzip(),
    withHeader,
    async (packed: AsyncIterable<Uint8Array>) => {
      for await (const bytes of packed) {
        blob.update(bytes);
        await writeAll(descriptor, bytes, size);
        size += bytes.length;
      }
    },
  );
  return { diffId: digestFrom(content.digest('hex')), digest: digestFrom(blob.digest('hex')), size };
}

/** RFC 1952: deflate, no name, no time, of no known system. */
const HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff] as const;

/** zlib writes into the header on which system it runs, and how hard it tried. */
async function* withHeader(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const bytes of packed) {
    for (let at = 0; done + at < HEADER.length && at < bytes.length; at += 1) bytes[at] = HEADER[done + at]!;
    done += bytes.length;
    yield bytes;
  }
}
