import { formatTime } from '../container/time.ts';
import { RuntsError } from '../errors.ts';
import type { ErrorCode, ErrorDetails } from '../errors.ts';
import { hostFailed } from '../host/failure.ts';
import { HostError } from '../host/host.ts';
import type { Host } from '../host/host.ts';
import { isCrun, isRunc } from '../host/name.ts';
import { crunErrno } from './crun-name.ts';
import { visible } from './visible.ts';

export type Level = 'error' | 'warning' | 'debug';

export interface LogOptions {
  /** Absolute path of --log. */
  readonly file?: string;
  readonly format: 'text' | 'json';
  readonly level: Level;
  /** Name that the command was called by. */
  readonly name: string;
}

export interface Log {
  error(error: unknown): void;
  warn(message: string): void;
  /** There only at the level debug. */
  readonly debug?: (message: string) => void;
}

const RANK: Readonly<Record<Level, number>> = { error: 0, warning: 1, debug: 2 };

/**
 * Errors go to standard error and, one line each, to the file of --log; warnings and what --debug tells to one of both. Nothing is begun
 * without a file that was asked for: it is made at once.
 * @throws {RuntsError} HOST_FAILED for a file that cannot be written.
 */
export function openLog(host: Host, options: LogOptions): Log {
  makeFile(host, options.file);
  const append = (level: Level, message: string, details: Readonly<Record<string, unknown>>): void => {
    if (options.file === undefined) return;
    const line = formatLine(options.format, { level, message, time: host.self.now(), details });
    try {
      host.files.append(options.file, `${line}\n`);
    } catch (error) {
      host.self.err(
        `${options.name}: ${options.file}: cannot append to the log: ${(error as Error).message}\n`,
      );
    }
  };
  const debug = (message: string): void => {
    if (options.file !== undefined) return append('debug', message, {});
    const line = formatLine(options.format, { level: 'debug', message, time: host.self.now(), details: {} });
    host.self.err(`${line}\n`);
  };
  return {
    ...(options.level === 'debug' && { debug }),
    error: (error) => {
      const known = asRuntsError(error);
      append('error', known.message, logDetails(known));
      host.self.err(formatError(options.name, known));
      if (options.level === 'debug' && error instanceof Error) host.self.err(callsOf(error));
    },
    warn: (message) => {
      if (RANK[options.level] < RANK.warning) return;
      if (options.file === undefined) host.self.err(visible(`${options.name}: warning: ${message}\n`));
      else append('warning', message, {});
    },
  };
}

/** Where an error was made: some engines write its name and message before that. */
function callsOf({ stack = '' }: Error): string {
  const calls = stack.split('\n').filter((line) => line.startsWith('    at '));
  return calls.map((line) => `${line}\n`).join('');
}

function makeFile(host: Host, file: string | undefined): void {
  if (file === undefined) return;
  try {
    host.files.append(file, '');
  } catch (error) {
    throw new RuntsError('HOST_FAILED', `--log: ${file}: cannot open the log: ${(error as Error).message}`, {
      cause: error,
      hint: 'the directory of the file must exist, and the user be allowed to write there',
    });
  }
}

interface Entry {
  readonly level: Level;
  readonly message: string;
  /** Microseconds since the epoch. */
  readonly time: number;
  readonly details: Readonly<Record<string, unknown>>;
}

/** One line of the log, without its newline: the keys of logrus first, then runts' own. */
export function formatLine(format: 'text' | 'json', { level, message, time, details }: Entry): string {
  const seconds = `${formatTime(time).slice(0, 19)}Z`;
  if (format === 'json') return JSON.stringify({ level, msg: message, time: seconds, ...details });
  const pairs = Object.entries({ time: seconds, level, msg: message, ...details });
  return pairs.map(([key, value]) => `${key}=${logfmt(value)}`).join(' ');
}

function logfmt(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[A-Za-z0-9\-._/@^+]+$/.test(text) ? text : JSON.stringify(text);
}

/** Any error as the one kind that is reported. */
export function asRuntsError(error: unknown): RuntsError {
  if (error instanceof RuntsError) return error;
  if (error instanceof HostError) return hostFailed(error);
  const message = error instanceof Error ? error.message : String(error);
  return new RuntsError('HOST_FAILED', message, { cause: error });
}

function logDetails({ code, details }: RuntsError): Readonly<Record<string, unknown>> {
  const { path, step, call, syscall, errno, hint, problems } = details;
  const keys: Record<string, unknown> & { code: ErrorCode } = {
    code,
    path,
    step,
    call,
    syscall,
    errno,
    hint,
    problems,
  };
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
}

/** The report for people: what failed, then indented where and why, and what to do; as runc, the first line alone. */
export function formatError(name: string, error: RuntsError): string {
  return visible(reportOf(name, error));
}

function reportOf(name: string, { message, details }: RuntsError): string {
  if (isRunc(name)) return message.startsWith('runc ') ? `${message}\n` : `${name}: ${message}\n`;
  const further = details.problems === undefined ? [] : details.problems.slice(1);
  const lines = [...further, describeStep(details, isCrun(name)), details.hint].filter(
    (line) => line !== undefined && line !== '',
  );
  return [`${name}: ${message}`, ...lines.map((line) => `  ${line}`)].join('\n') + '\n';
}

function describeStep({ step, call, errno, path }: ErrorDetails, asCrun: boolean): string | undefined {
  if (step === undefined) return undefined;
  const place = `step ${step.number} of ${step.count}`;
  const what = call === undefined || call === '' ? step.kind : call;
  const result = errno === undefined || errno === '' ? '' : ` = ${asCrun ? crunErrno(errno) : errno}`;
  const cause = path === undefined || path === '' ? '' : `, asked for by ${path}`;
  return `${place}: ${what}${result}${cause}`;
}
