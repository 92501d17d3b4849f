/** Sources that cannot be read at any place get a file first, where they can. */
import { read, write } from 'node:fs';
import { promisify } from 'node:util';
import { RuntsError } from '../../errors.ts';
import type { LayerFunctions } from '../native.ts';
import type { BlobPlace, Compression } from '../types.ts';
import { damaged } from './failure.ts';

export interface Spool {
  /** A new file without a name, open for reading and writing; it belongs to the caller. */
  file(): number;
  /** Bytes that may be written. */
  readonly limit: number;
  readonly native: Pick<LayerFunctions, 'openBlob' | 'readBlob' | 'closeBlob'>;
  readonly signal?: AbortSignal;
}

const CHUNK = 1 << 20;

const readAsync = promisify(read);
const writeAsync = promisify(write);

/** All that a stream has. */
export function spoolStream(stream: number, spool: Spool, name: string): Promise<BlobPlace> {
  return fill(
    spool,
    name,
    async (buffer) => (await readAsync(stream, buffer, 0, buffer.length, null)).bytesRead,
  );
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
    return await fill(spool, name, (buffer) => native.readBlob(reader, buffer));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EBADMSG') throw error;
    throw damaged(name, `is damaged: it cannot be unpacked as ${compression}`);
  } finally {
    native.closeBlob(reader);
  }
}

async function fill(
  spool: Spool,
  name: string,
  next: (buffer: Uint8Array) => Promise<number>,
): Promise<BlobPlace> {
  const buffer = new Uint8Array(CHUNK);
  const { limit, signal } = spool;
  const descriptor = spool.file();
  let size = 0;
  for (let count = await next(buffer); count > 0; count = await next(buffer)) {
    signal?.throwIfAborted();
    if (size + count > limit) throw tooMuch(name, limit);
    await writeAll(descriptor, buffer.subarray(0, count), size);
    size += count;
  }
  return { descriptor, offset: 0, size };
}

async function writeAll(descriptor: number, bytes: Uint8Array, offset: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += (await writeAsync(descriptor, bytes, at, bytes.length - at, offset + at)).bytesWritten;
  }
}

function tooMuch(name: string, limit: number): RuntsError {
  return new RuntsError('TOO_LARGE', `${name}: has more than ${limit} bytes`);
}
