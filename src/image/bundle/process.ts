import { RuntsError } from '../../errors.ts';
import { cleanPath } from '../../plan/paths.ts';
import { notEnvironment } from '../../spec/flaws.ts';
import type { ImageProcess } from '../types.ts';

/** What a container is to run in place of what its image says. */
export interface ProcessChoice {
  /** In place of Cmd; with nothing in it as if it were not given. */
  readonly args?: readonly string[];
  /** In place of Entrypoint, whose Cmd is then no argument of it. */
  readonly entrypoint?: readonly string[];
}

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Entrypoint and Cmd (config.md). @throws {RuntsError} INVALID_ARGUMENT where there is nothing to run. */
export function argsOf(
  { Entrypoint, Cmd }: ImageProcess,
  { args = [], entrypoint }: ProcessChoice,
): string[] {
  const defaults = entrypoint === undefined ? (Cmd ?? []) : [];
  const all = [...(entrypoint ?? Entrypoint ?? []), ...(args.length > 0 ? args : defaults)];
  if (all.length > 0 && all[0] !== '') return all;
  throw new RuntsError('INVALID_ARGUMENT', 'image: it names no program', {
    hint: 'it has neither Entrypoint nor Cmd: say what to run',
  });
}

export interface Environment {
  readonly env: readonly string[];
  /** Entries that are no variables. */
  readonly refused: readonly string[];
}

const isGood = (entry: string): boolean => notEnvironment(entry) === undefined && !entry.includes('\0');

/** Env as it is, and a PATH where it has none. */
export function environmentOf({ Env }: ImageProcess): Environment {
  const entries = Env ?? [];
  const env = entries.filter(isGood);
  const hasPath = env.some((entry) => entry.startsWith('PATH='));
  return { env: hasPath ? env : [PATH, ...env], refused: entries.filter((entry) => !isGood(entry)) };
}

/** Absolute: one that is not counts from the root. */
export function directoryOf({ WorkingDir }: ImageProcess): string {
  return cleanPath(`/${WorkingDir ?? ''}`);
}
