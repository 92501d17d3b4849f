import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import { flowInto } from './flow.ts';
import { closeNative, native } from './native.ts';

/** A stream of this process whose other end is a program's. */
export interface Piped<Stream> {
  /** The program's end. */
  readonly descriptor: number;
  readonly stream: Stream;
  /** Closes the program's end in this process. */
  close(): void;
  /** The program has ended. */
  ended(): void;
}

/** A pipe to a program. That nobody reads it any more is an error of the one who writes, and no end of this process. */
export function inputPipe(): Piped<Writable> {
  const [ours, descriptor] = makePipe(true);
  const stream = new Socket({ fd: ours, readable: false, writable: true });
  // Who writes learns of it by the callback, or by listening as well.
  stream.on('error', () => {});
  return { descriptor, stream, close: () => closeNative(descriptor), ended: () => void stream.destroy() };
}

/** A pipe from a program. It is at its end when the last process that holds the other end has closed it. */
export function outputPipe(): Piped<Readable> {
  const [ours, descriptor] = makePipe(false);
  const source = new Socket({ fd: ours, readable: true, writable: false });
  const stream = new Readable({
    read: () => void source.resume(),
    destroy(error, done) {
      source.destroy();
      done(error);
    },
  });
  const ended = flowInto(stream, source);
  return { descriptor, stream, close: () => closeNative(descriptor), ended };
}

const makePipe = (writing: boolean): [number, number] =>
  native('stdio: cannot make a pipe', (core) => core.makePipe(writing));
