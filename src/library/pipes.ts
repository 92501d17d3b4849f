import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { checked } from '../host/checked.ts';
import { addon } from '../host/node-addon.ts';

export interface Piped<Stream> {
  /** The program's end. */
  readonly descriptor: number;
  /** This process's end. */
  readonly stream: Stream;
  /** Closes the program's end in this process. */
  close(): void;
}

/** A pipe to a program. That nobody reads it any more is an error of the one who writes, and no end of this process. */
export function inputPipe(): Piped<Writable> {
  const [descriptor, ours] = checked(() => addon().makePipe());
  const stream = new Socket({ fd: ours, readable: false, writable: true });
  // Who writes learns of it by the callback, or by listening as well.
  stream.on('error', () => {});
  return { descriptor, stream, close: () => closeSync(descriptor) };
}

/** A pipe from a program. It is at its end when the last process that holds the other end has closed it. */
export function outputPipe(): Piped<Readable> {
  const [ours, descriptor] = checked(() => addon().makePipe());
  const stream = new Socket({ fd: ours, readable: true, writable: false });
  return { descriptor, stream, close: () => closeSync(descriptor) };
}

/**
 * Streams that nobody has begun to read by the next turn of the event loop are read to their ends, since they hold a
 * descriptor until then.
 */
export function setAside(streams: readonly (Readable | undefined)[]): void {
  setImmediate(() => {
    for (const stream of streams) if (stream !== undefined && isUntouched(stream)) stream.resume();
  });
}

const isUntouched = (stream: Readable): boolean =>
  stream.readableFlowing === null && !stream.readableDidRead && !stream.destroyed;
