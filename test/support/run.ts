import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, RUNTS } from './entry.ts';
import { record } from './record.ts';

export { ROOT, RUNTS };
export const INSPECT = join(ROOT, 'build/out/inspect');

export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Text for standard input; without it that is /dev/null. */
  input?: string;
  env?: Record<string, string>;
  cwd?: string;
  /** Milliseconds until it is killed with SIGKILL. */
  timeout?: number;
  /** Descriptors from 3 up. */
  fds?: number[];
  /** False: standard output and error go to /dev/null, so that a container left behind holds no pipe of ours. */
  capture?: boolean;
  /** Why it is no use to compare what the command gives through the two entries (test/support/record.ts). */
  unrecorded?: string;
}

const UNWANTED = new Set([
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
  'NOTIFY_SOCKET',
]);

/** The environment of a shell, without what Node or a service manager put there. */
export function environment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !UNWANTED.has(name) && !name.startsWith('VITEST'),
  );
  return { ...Object.fromEntries(kept), ...extra };
}

export function spawned(command: string, args: readonly string[], options: RunOptions = {}): ChildProcess {
  const output = options.capture === false ? 'ignore' : 'pipe';
  const stdio: StdioOptions = [
    options.input === undefined ? 'ignore' : 'pipe',
    output,
    output,
    ...(options.fds ?? []),
  ];
  const child = spawn(command, args, { stdio, env: environment(options.env), cwd: options.cwd ?? ROOT });
  if (options.unrecorded === undefined) record(child, [command, ...args]);
  return child;
}

/** Runs a command to its end, and to the end of its output: a container that keeps a pipe open is waited for. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  const child = spawned(command, args, options);
  const text = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (text.stderr += part));
  child.stdin?.on('error', () => {}).end(options.input);
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeout ?? 25_000);
  return new Promise((settle, fail) => {
    child.on('error', fail);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      settle({ status, signal, ...text });
    });
  });
}

/** Calls `look` until it returns something, every few milliseconds; throws with `what` after the time. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false,
  milliseconds = 10_000,
): Promise<T> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`gave up waiting for ${what}`);
    await new Promise((settle) => setTimeout(settle, 10));
  }
}
