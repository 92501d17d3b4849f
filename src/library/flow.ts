import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** As much as a pipe holds, and what libuv reads at once, are less. */
const KEPT = 256 * 1024;

/**
 * Carries what comes from a socket into a stream, which takes it from the socket by `resume`. A descriptor is held until the
 * socket's end has been read: so that it is not held for output that nobody reads, the rest is taken into memory by a call
 * of the function that this gives.
 */
export function flowInto(stream: Readable, source: Socket): () => void {
  let most = 0;
  source.on('data', (chunk) => {
    if (!stream.push(chunk) && stream.readableLength >= most) source.pause();
  });
  source.on('end', () => void stream.push(null));
  source.on('error', (error) => void stream.destroy(error));
  return () => {
    most = KEPT;
    source.resume();
  };
}
