/** Sources that cannot be read at any place get a file first, where they can. */
import { closeSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import type { Readable } from 'node:stream';
import { RuntsError } from '../../errors.ts';
import type { LayerFunctions } from '../native.ts';
import type { BlobPlace, Compression } from '../types.ts';
import { writeAll } from '../write-all.ts';
import { damaged } from './failure.ts';

export interface Spool {
  /** A new file without a name, open for reading and writing; it belongs to the caller. */
  file(): number;
  /** Bytes that may be written, and of these what so many packed ones may become. */
  readonly limit: number;
  unpackedLimit(packed: number): number;
  readonly native: Pick<LayerFunctions, 'openBlob' | 'readBlob' | 'closeBlob'>;
  readonly signal?: AbortSignal;
}

const CHUNK = 1 << 20;

/** All that a stream has. One that says nothing for a long time can be called off all the same. */
export async function spoolStream(stream: Readable, spool: Spool, name: string): Promise<BlobPlace> {
  const { signal } = spool;
  const chunks = (signal === undefined ? stream : addAbortSignal(signal, stream))[Symbol.asyncIterator]();
  try {
    return await fill(
      spool,
      name,
      async () => ((await chunks.next()) as IteratorResult<Uint8Array, undefined>).value,
    );
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** What is packed in an archive. */
export async function spoolUnpacked(
  place: BlobPlace,
  compression: Compression,
  spool: Spool,
  name: string,
): Promise<BlobPlace> {
  const { native } = spool;
  const reader = native.openBlob({ ...place, compression });
  try {
    const buffer = new Uint8Array(CHUNK);
    const limit = spool.unpackedLimit(place.size);
    return await fill({ ...spool, limit }, name, async () =>
      buffer.subarray(0, await native.readBlob(reader, buffer)),
    );
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EBADMSG') throw error;
    throw damaged(name, `is damaged: it cannot be unpacked as ${compression}`);
  } finally {
    native.closeBlob(reader);
  }
}

/** `next` gives bytes that hold until it is called again; none at the end. */
async function fill(
  spool: Spool,
  name: string,
  next: () => Promise<Uint8Array | undefined>,
): Promise<BlobPlace> {
  const descriptor = spool.file();
  try {
    return { descriptor, offset: 0, size: await copyInto(descriptor, spool, name, next) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Gives the number of bytes. */
async function copyInto(
  descriptor: number,
  { limit, signal }: Spool,
  name: string,
  next: () => Promise<Uint8Array | undefined>,
): Promise<number> {
  let size = 0;
  for (let bytes = await next(); bytes !== undefined && bytes.length > 0; bytes = await next()) {
    signal?.throwIfAborted();
    if (size + bytes.length > limit) throw tooMuch(name, limit);
    await writeAll(descriptor, bytes, size);
    size += bytes.length;
  }
  return size;
}

function tooMuch(name: string, limit: number): RuntsError {
  return new RuntsError('TOO_LARGE', `${name}: has more than ${limit} bytes`);
}
