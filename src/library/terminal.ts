import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { TerminalSize } from '../spec/builder/process.ts';
import { RuntsError } from '../errors.ts';
import { checked } from '../host/checked.ts';
import { addon } from '../host/node-addon.ts';
import { setAside } from './pipes.ts';
import type { Stdio } from './stdio.ts';

/** Of the kernel's struct winsize. */
const LARGEST = 65_535;

/** @throws {RuntsError} INVALID_ARGUMENT for what is no size of a terminal. */
export function checkSize({ width, height }: TerminalSize): TerminalSize {
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
export function openTerminal(first: TerminalSize): Stdio {
  const [ours, theirs] = checked(() => addon().makeSocketPair());
  const stream = new Socket({ fd: ours, readable: true, writable: true });
  // As for any pipe to a program: an error of who writes.
  stream.on('error', () => {});
  const master = ownedMaster(first);
  stream.once('close', () => master.hangUp());
  return {
    descriptors: [-1, -1, -1],
    terminal: first,
    stdin: stream,
    stdout: stream,
    resize: (size) => master.resize(checkSize(size)),
    handOver(console) {
      try {
        if (console !== undefined) master.open(console, stream.destroyed ? undefined : theirs);
      } finally {
        closeSync(theirs);
      }
    },
    ended: () => setAside([stream]),
  };
}

interface Master {
  /** Joins the terminal to a socket; without one nobody is there to hold it any more. */
  open(console: number, socket: number | undefined): void;
  /** Also before there is a terminal, and after. */
  resize(size: TerminalSize): void;
  hangUp(): void;
}

function ownedMaster(first: TerminalSize): Master {
  let size = first;
  let held: number | undefined;
  const show = (): void => {
    if (held !== undefined && size !== first) setSize(held, size);
  };
  const hangUp = (): void => {
    if (held !== undefined) closeSync(held);
    held = undefined;
  };
  return {
    open(console, socket) {
      held = console;
      if (socket === undefined) return hangUp();
      try {
        checked(() => addon().bridgeTerminal(socket, console));
        show();
      } catch (error) {
        hangUp();
        throw error;
      }
    },
    resize(next) {
      size = next;
      show();
    },
    hangUp,
  };
}

function setSize(master: number, { width, height }: TerminalSize): void {
  checked(() => addon().setTerminalSize(master, width, height));
}
