import { RuntsError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import type { ConsoleSize, Process } from '../spec/types.ts';
import type { Descriptors } from './descriptors.ts';

export interface TerminalRequest {
  /** process.terminal of the config. */
  readonly terminal: boolean;
  /** True where the runtime will not stay with the process. */
  readonly detached: boolean;
  readonly consoleSocket: string | undefined;
  /** What a caller within this process gives to the program. */
  readonly given?: Descriptors | undefined;
}

/** Refuses a terminal that nobody would hold, and a socket that would get none; the texts are runc's. */
export function checkTerminal({ terminal, detached, consoleSocket, given }: TerminalRequest): void {
  const isHeld = !detached || given?.terminal !== undefined;
  if (!isHeld && terminal && consoleSocket === undefined) {
    if (given !== undefined) throw unasked();
    throw new RuntsError(
      'INVALID_ARGUMENT',
      'cannot allocate tty if runc will detach without setting console socket',
      {
        path: '/process/terminal',
        hint: 'give --console-socket, or set process.terminal to false',
      },
    );
  }
  if ((isHeld || !terminal) && consoleSocket !== undefined) {
    throw new RuntsError(
      'INVALID_ARGUMENT',
      'cannot use console socket if runc will not detach or allocate tty',
      {
        path: '/process/terminal',
        hint: 'leave --console-socket out, or set process.terminal to true and detach',
      },
    );
  }
}

function unasked(): RuntsError {
  return new RuntsError('INVALID_ARGUMENT', 'process.terminal asks for a terminal that nobody takes', {
    path: '/process/terminal',
    hint: 'ask for stdio: { terminal: { width, height } }, give consoleSocket, or set process.terminal to false',
  });
}

/** The process with the terminal that its caller takes the master of, where it does. */
export function withTerminal(process: Process, size: ConsoleSize | undefined): Process {
  return size === undefined ? process : { ...process, terminal: true, consoleSize: size };
}

/**
 * The process with the size of the runtime's own terminal, so that it has it from the beginning; but not where the
 * runtime gives it other descriptors than its own.
 */
export function withTerminalSize({ terminal }: Host, process: Process, given?: Stdio): Process {
  if (given !== undefined) return process;
  const size = [2, 1, 0].map((fd) => terminal.size(fd)).find((found) => found !== undefined);
  return size === undefined ? process : { ...process, consoleSize: size };
}

/** Descriptors of the runtime that become 0, 1 and 2 of a process; -1 is /dev/null. */
export type Stdio = readonly [number, number, number];

const OWN: Stdio = [0, 1, 2];
const NONE: Stdio = [-1, -1, -1];

/** Standard descriptors that a process gets from the runtime; with a terminal it gets that one instead. */
export function stdioOf(terminal: boolean, given: Stdio = OWN): Stdio {
  return terminal ? NONE : given;
}
