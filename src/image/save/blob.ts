import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
import { checked } from '../../host/checked.ts';
import { HostError } from '../../host/host.ts';
import { digestFrom } from '../digest.ts';
import { corrupt } from '../store/blobs.ts';
import type { StoreContext } from '../store/context.ts';
import { blobFile } from '../store/paths.ts';
import type { Descriptor, Digest } from '../types.ts';

const CHUNK = 1 << 20;

const readAsync = promisify(read);

/**
 * The bytes of a blob of the store, in views that hold until the next one is asked for. It is verified: the last of them comes only where
 * all are right.
 * @throws {RuntsError} STATE_CORRUPT.
 */
export async function* blobBytes(
  { paths, signal }: StoreContext,
  { digest, size }: Descriptor,
): AsyncGenerator<Uint8Array> {
  const descriptor = openBlob(blobFile(paths, digest), digest);
  try {
    const hash = createHash('sha256');
    const buffer = new Uint8Array(CHUNK);
    for (let done = 0; done < size;) {
      signal?.throwIfAborted();
      const { bytesRead } = await readAsync(descriptor, buffer, 0, Math.min(CHUNK, size - done), done);
      if (bytesRead === 0) throw corrupt(digest, `has ${done} bytes, and should have ${size}`);
      hash.update(buffer.subarray(0, bytesRead));
      done += bytesRead;
      if (done === size) checkDigest(digestFrom(hash.digest('hex')), digest);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    closeSync(descriptor);
  }
}

function checkDigest(found: Digest, digest: Digest): void {
  if (found !== digest) throw corrupt(digest, `has been altered: its digest is ${found}`);
}

function openBlob(path: string, digest: Digest): number {
  try {
    return checked(() => openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW));
  } catch (error) {
    throw error instanceof HostError && error.errno === 'ENOENT'
      ? corrupt(digest, 'is not in the store')
      : error;
  }
}
