/** What the commands of tests were given and gave, for scripts/compare-entries.mjs. RUNTS_RECORD names the file. */
import { appendFileSync, existsSync, readFileSync, realpathSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { TestRunner } from 'vitest';
import { EXECUTABLES } from './entry.ts';

/** A line of the file; it is written when the command's output has ended. */
export interface CommandRecord {
  test: string;
  /** From 0 among those of the test, in the order in which they began. */
  command: number;
  argv: readonly string[];
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** The content of the file that --log names. */
  log: string;
}

const file = process.env['RUNTS_RECORD'];
const begun = new Map<string, number>();

/** Records a command that starts runts, itself or through another program. */
export function record(child: ChildProcess, argv: readonly string[]): void {
  const test = TestRunner.getCurrentTest()?.fullName;
  if (file === undefined || !test?.startsWith('test/integration/')) return;
  if (nameless(argv).join() === argv.join() && !isLink(argv[0])) return;
  const command = begun.get(test) ?? 0;
  begun.set(test, command + 1);
  const [stdout, stderr] = [collected(child.stdout), collected(child.stderr)];
  child.on('close', (status, signal) => {
    const line: CommandRecord = {
      test,
      command,
      argv: nameless(argv),
      status,
      signal,
      stdout: stdout(),
      stderr: stderr(),
      log: logOf(argv),
    };
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  });
}

const nameless = (argv: readonly string[]): string[] =>
  argv.map((word) => EXECUTABLES.reduce((text, path) => text.replaceAll(path, 'runts'), word));

const isLink = (command = ''): boolean =>
  command.startsWith('/') && existsSync(command) && EXECUTABLES.includes(realpathSync(command));

function logOf(argv: readonly string[]): string {
  const at = argv.indexOf('--log');
  const log = at === -1 ? undefined : argv[at + 1];
  return log === undefined || !existsSync(log) ? '' : readFileSync(log, 'utf8');
}

/** Reads along with the test, which may have set the stream's encoding. */
function collected(stream: NodeJS.ReadableStream | null): () => string {
  const parts: Buffer[] = [];
  stream?.on('data', (part: string | Buffer) => parts.push(Buffer.from(part as string)));
  return () => Buffer.concat(parts).toString();
}
