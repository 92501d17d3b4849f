import { finished } from 'node:stream';
import type { Readable } from 'node:stream';
import { RuntsError } from '../errors.ts';
import type { Exit } from './exit.ts';

export interface TextOptions {
  /** Most bytes of standard output; 16 MiB unless told. */
  readonly limit?: number;
}

/** A program whose output is wanted as a text. */
export interface Speaker {
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  /** Its end. */
  readonly exit: PromiseLike<Exit>;
  /** Ends it. */
  kill(): void;
}

const LIMIT = 16 * 1024 * 1024;
/** What an error tells of standard error at most, bytes. */
const TAIL = 4096;

/**
 * Standard output to its end, as UTF-8, of a program that ends with 0.
 *
 * @throws {RuntsError} EXITED for another end, with the last that the program said on standard error; TOO_LARGE above the
 *   limit, and then the program is killed; INVALID_ARGUMENT where standard output is no pipe.
 */
export async function textOf(speaker: Speaker, { limit = LIMIT }: TextOptions = {}): Promise<string> {
  const { stdout, stderr } = speaker;
  if (stdout === undefined) throw noPipe();
  const tail = stderr === undefined ? Promise.resolve('') : lastOf(stderr);
  const text = allOf(stdout, limit);
  text.catch(() => speaker.kill());
  const [said, complaint, exit] = await Promise.all([text, tail, speaker.exit]);
  if (exit.code !== 0) throw exited(exit, complaint);
  return said;
}

async function allOf(stream: Readable, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Others may read the stream as well. */
async function lastOf(stream: Readable): Promise<string> {
  let tail: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer | string) => {
    tail = Buffer.concat([tail, Buffer.from(chunk)]).subarray(-TAIL);
  });
  await new Promise<void>((settle) => void finished(stream, () => settle()));
  return tail.toString('utf8').trim();
}

function exited(exit: Exit, complaint: string): RuntsError {
  const { code, signal } = exit;
  const how = signal === undefined ? `exited with ${String(code)}` : `was killed by ${signal}`;
  const last = complaint.split('\n').at(-1) ?? '';
  const message = `the program ${how}${last === '' ? '' : `: ${last}`}`;
  return new RuntsError('EXITED', message, { exit: { code, ...(signal && { signal }) }, stderr: complaint });
}

function tooLarge(limit: number): RuntsError {
  return new RuntsError('TOO_LARGE', `standard output is larger than ${String(limit)} bytes`, {
    hint: 'give text() a larger limit, or read stdout as it comes',
  });
}

function noPipe(): RuntsError {
  return new RuntsError('INVALID_ARGUMENT', 'text: standard output is no pipe', {
    hint: "leave stdio out, or ask for 'pipe'",
  });
}
