import { write } from 'node:fs';
import { promisify } from 'node:util';

const writeAsync = promisify(write);

/** All of some bytes, from `offset` of the file on, or where it is. */
export async function writeAll(
  descriptor: number,
  bytes: Uint8Array,
  offset: number | null = null,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const place = offset === null ? null : offset + at;
    at += (await writeAsync(descriptor, bytes, at, bytes.length - at, place)).bytesWritten;
  }
}
