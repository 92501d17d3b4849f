import type { Readable, Writable } from 'node:stream';
import type { Stdio as Descriptors } from '../container/terminal.ts';

/** A standard stream of a program: that of this process, /dev/null, or a descriptor of this process. */
export type StdioOption = 'inherit' | 'ignore' | number;

/** Standard input, output and error; one word is meant for all three. */
export type StdioOptions = StdioOption | readonly [StdioOption, StdioOption, StdioOption];

/** The standard streams of one program. */
export interface Stdio {
  /** Of this process; the program gets them as 0, 1 and 2. */
  readonly descriptors: Descriptors;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  /** To be called once the program has its descriptors, or never will: those made for it alone are closed. */
  handOver(console?: number): void;
}

export function openStdio(options: StdioOptions): Stdio {
  const [stdin, stdout, stderr] = typeof options === 'object' ? options : [options, options, options];
  const descriptors: Descriptors = [descriptorOf(stdin, 0), descriptorOf(stdout, 1), descriptorOf(stderr, 2)];
  return { descriptors, stdin: undefined, stdout: undefined, stderr: undefined, handOver: () => {} };
}

function descriptorOf(option: StdioOption, own: number): number {
  if (option === 'ignore') return -1;
  return option === 'inherit' ? own : option;
}
