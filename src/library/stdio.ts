import { fstatSync } from 'node:fs';
import type { Duplex, Readable, Writable } from 'node:stream';
import type { Stdio as Descriptors } from '../container/terminal.ts';
import type { ConsoleSize } from '../spec/types.ts';
import { RuntsError } from '../errors.ts';
import { inputPipe, outputPipe } from './pipes.ts';
import { checkSize, openTerminal } from './terminal.ts';

/** A standard stream of a program: a pipe to this process, that of this process, /dev/null, or a descriptor of this process. */
export type StdioOption = 'pipe' | 'inherit' | 'ignore' | number;

/**
 * Standard input, output and error, of which one word is meant for all three; or a terminal of the program's own, whose
 * two directions stdin and stdout of the caller are: one Duplex.
 */
export type StdioOptions =
  | StdioOption
  | readonly [stdin: StdioOption, stdout: StdioOption, stderr: StdioOption]
  | { readonly terminal: ConsoleSize };

/** What the caller has of them: those that it asks for as pipes, or the terminal. */
export type StreamsOf<Options extends StdioOptions> = Options extends { readonly terminal: ConsoleSize }
  ? { readonly stdin: Duplex; readonly stdout: Duplex; readonly stderr: undefined }
  : Options extends readonly [infer In, infer Out, infer Err]
    ? Three<In, Out, Err>
    : Three<Options, Options, Options>;

interface Three<In, Out, Err> {
  readonly stdin: Asked<In, Writable>;
  readonly stdout: Asked<Out, Readable>;
  readonly stderr: Asked<Err, Readable>;
}

type Asked<Option, Stream> = Option extends 'pipe' ? Stream : undefined;

/** The standard streams of one program. */
export interface Stdio extends Ends {
  /** Gives the terminal another size. @throws {RuntsError} INVALID_ARGUMENT without a terminal */
  resize(size: ConsoleSize): void;
  /**
   * To be called once when the program has its descriptors, or never will: those made for it alone are closed. `console`
   * is the master of its terminal, which is this object's from then on.
   */
  handOver(console?: number): void;
  /**
   * To be called once when the program has ended, or never was. Input is closed; output can be read then as before.
   */
  ended(): void;
}

interface Ends {
  /** Of this process; the program gets them as 0, 1 and 2. */
  readonly descriptors: Descriptors;
  /** The size of the terminal that the program is to have in their place. */
  readonly terminal?: ConsoleSize;
  readonly stdin?: Writable;
  readonly stdout?: Readable;
  readonly stderr?: Readable;
}

/** What was made for one of the three. */
interface End {
  /** The program's descriptor. */
  readonly descriptor: number;
  readonly stream?: Readable | Writable;
  /** Closes the descriptor, if it was made for the program. */
  close(): void;
  ended(): void;
}

/** What the caller of a program is most likely to want. */
export const OUTPUT_PIPES = ['ignore', 'pipe', 'pipe'] as const;

export type OutputPipes = typeof OUTPUT_PIPES;

const NAMES = ['stdin', 'stdout', 'stderr'] as const;

/**
 * Makes what the caller has of a program's standard streams. Nothing of it takes a thread of libuv's pool: pipes and
 * sockets are waited for by the event loop.
 *
 * @throws {RuntsError} INVALID_ARGUMENT for a descriptor that is not open, or a size that is none.
 */
export function openStdio(options: StdioOptions): Stdio {
  if (typeof options === 'object' && 'terminal' in options) return openTerminal(checkSize(options.terminal));
  const three = typeof options === 'object' ? options : ([options, options, options] as const);
  const ends = openEnds(three);
  const [stdin, stdout, stderr] = ends.map(({ stream }) => stream);
  return {
    descriptors: ends.map(({ descriptor }) => descriptor) as unknown as Descriptors,
    ...(stdin !== undefined && { stdin: stdin as Writable }),
    ...(stdout !== undefined && { stdout: stdout as Readable }),
    ...(stderr !== undefined && { stderr: stderr as Readable }),
    resize() {
      throw noTerminal();
    },
    handOver: () => ends.forEach((end) => end.close()),
    ended: () => ends.forEach((end) => end.ended()),
  };
}

export const noTerminal = (): RuntsError =>
  new RuntsError('INVALID_ARGUMENT', 'resize: the program has no terminal', {
    hint: 'ask for one with stdio: { terminal: { width, height } }',
  });

/** All three, or none. */
function openEnds(options: readonly [StdioOption, StdioOption, StdioOption]): End[] {
  const ends: End[] = [];
  try {
    options.forEach((option, index) => ends.push(openEnd(option, index)));
    return ends;
  } catch (error) {
    for (const end of ends) {
      end.close();
      end.stream?.destroy();
    }
    throw error;
  }
}

function openEnd(option: StdioOption, index: number): End {
  if (option === 'pipe') return index === 0 ? inputPipe() : outputPipe();
  if (option === 'ignore') return given(-1);
  if (option === 'inherit') return given(index);
  checkDescriptor(option, NAMES[index] ?? '');
  return given(option);
}

const given = (descriptor: number): End => ({ descriptor, close: () => {}, ended: () => {} });

function checkDescriptor(option: unknown, name: string): void {
  if (!Number.isInteger(option)) {
    throw new RuntsError('INVALID_ARGUMENT', `stdio: ${name}: ${String(option)} is no way to open a stream`, {
      hint: "give 'pipe', 'inherit', 'ignore' or the number of a descriptor",
    });
  }
  try {
    fstatSync(option as number);
  } catch (cause) {
    const message = `stdio: ${name}: descriptor ${String(option)} is not open`;
    throw new RuntsError('INVALID_ARGUMENT', message, { cause });
  }
}
