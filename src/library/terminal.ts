import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { ConsoleSize } from '../spec/types.ts';
import { RuntsError } from '../errors.ts';
import { flowInto } from './flow.ts';
import { closeNative, native } from './native.ts';
import type { Stdio } from './stdio.ts';

/** Of the kernel's struct winsize. */
const LARGEST = 65_535;

/** @throws {RuntsError} INVALID_ARGUMENT for what is no size of a terminal. */
export function checkSize({ width, height }: ConsoleSize): ConsoleSize {
  for (const [name, value] of Object.entries({ width, height })) {
    if (Number.isInteger(value) && value > 0 && value <= LARGEST) continue;
    throw new RuntsError('INVALID_ARGUMENT', `terminal: ${name}: ${String(value)} is not 1 to ${LARGEST}`);
  }
  return { width, height };
}

/**
 * The caller's side of a terminal: a socket that is there before the terminal is. The core carries the bytes between
 * them, since libuv can write to the master of a terminal only in a way that blocks.
 */
export function openTerminal(first: ConsoleSize): Stdio {
  const [ours, theirs] = native('stdio: cannot make a socket', (core) => core.makeSocketPair());
  const source = new Socket({ fd: ours, readable: true, writable: true });
  const stream = duplexOf(source);
  const ended = flowInto(stream, source);
  const master = ownedMaster(first);
  source.once('close', () => master.hangUp());
  return {
    descriptors: [-1, -1, -1],
    terminal: first,
    stdin: stream,
    stdout: stream,
    resize: (size) => master.resize(checkSize(size)),
    handOver(console) {
      if (console !== undefined) {
        const failure = master.open(console, source.destroyed ? undefined : theirs);
        if (failure !== undefined) stream.destroy(failure);
      }
      closeNative(theirs);
    },
    ended,
  };
}

function duplexOf(source: Socket): Duplex {
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => void source.resume(),
    write: (chunk: Buffer, _encoding, done) => void source.write(chunk, done),
    final: (done) => void source.end(done),
    destroy(error, done) {
      source.destroy();
      done(error);
    },
  });
  // As for any pipe to a program: an error of who writes.
  return stream.on('error', () => {});
}

interface Master {
  /** Joins the terminal to a socket, or hangs up: without a socket, as nobody is there any more, and where it fails. */
  open(console: number, socket: number | undefined): Error | undefined;
  /** Also before there is a terminal, and after. */
  resize(size: ConsoleSize): void;
  hangUp(): void;
}

function ownedMaster(first: ConsoleSize): Master {
  let size = first;
  let held: number | undefined;
  const show = (): void => {
    if (held !== undefined && size !== first) setSize(held, size);
  };
  const hangUp = (): void => {
    if (held !== undefined) closeNative(held);
    held = undefined;
  };
  return {
    open(console, socket) {
      held = console;
      try {
        if (socket === undefined) hangUp();
        else native('stdio: cannot hold the terminal', (core) => core.bridgeTerminal(socket, console));
        show();
        return undefined;
      } catch (error) {
        hangUp();
        return error as Error;
      }
    },
    resize(next) {
      size = next;
      show();
    },
    hangUp,
  };
}

function setSize(master: number, { width, height }: ConsoleSize): void {
  native('terminal: cannot change its size', (core) => core.setTerminalSize(master, width, height));
}
