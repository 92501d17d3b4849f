/** What the builder says of the process. */
import { show } from '../problems.ts';
import { UINT64_MAX } from '../schema.ts';
import type { ConsoleSize, Integer, Process, Rlimit, RlimitType, Spec, User } from '../types.ts';
import { given, knownOptions, refusal } from './given.ts';
import { replaced, withProcess } from './parts.ts';

/** Ids in the container. */
export interface UserOptions {
  readonly uid: number;
  /** Default: the number that `uid` is, never the group of root by accident. */
  readonly gid?: number;
  readonly additionalGids?: readonly number[];
  /** 0 to 0o777. */
  readonly umask?: number;
}

export function setUser(spec: Spec, user: number | UserOptions): Spec {
  const options = typeof user === 'number' ? { uid: user } : user;
  knownOptions('user', options, ['uid', 'gid', 'additionalGids', 'umask']);
  const whole: User = { ...options, gid: options.gid ?? options.uid };
  return withProcess(spec, { user: given('user', ['process', 'user'], whole) });
}

/** Each name at its old place; undefined takes a variable away. */
export type Environment = Readonly<Record<string, string | undefined>>;

export function setEnvironment(spec: Spec, variables: Environment): Spec {
  const env = Object.entries(variables).reduce(setVariable, spec.process.env ?? []);
  return withProcess(spec, { env });
}

function setVariable(
  env: readonly string[],
  [name, value]: readonly [string, string | undefined],
): readonly string[] {
  if (name === '' || name.includes('='))
    throw refusal('env', `${show(name)} is no name of a variable`, 'a name without =');
  const isSame = (entry: string): boolean => entry.startsWith(`${name}=`);
  if (value === undefined) return env.filter((entry) => !isSame(entry));
  if (typeof value !== 'string')
    throw refusal('env', `${name} ${show(value)} has the wrong type`, 'a string');
  return replaced(env, given('env', ['process', 'env', '0'], `${name}=${value}`), isSame);
}

/** In the unit of getrlimit(2). */
export type RlimitValue = Integer | 'unlimited';

export function setRlimit(spec: Spec, type: RlimitType, soft: RlimitValue, hard: RlimitValue): Spec {
  const limit: Rlimit = { type, soft: limitOf(soft), hard: limitOf(hard) };
  const entry = given('rlimit', ['process', 'rlimits', '0'], limit);
  const rlimits = replaced(spec.process.rlimits ?? [], entry, (other) => other.type === type);
  return withProcess(spec, { rlimits });
}

function limitOf(value: RlimitValue): Integer {
  return value === 'unlimited' ? UINT64_MAX : value;
}

/** A program that finds no TERM takes its terminal for a dumb one. */
export function setTerminal(spec: Spec, size: ConsoleSize | undefined): Spec {
  const { consoleSize: _, ...process } = spec.process;
  const env = process.env ?? [];
  const named = env.some((entry) => entry.startsWith('TERM='));
  const terminal: Process = {
    ...process,
    terminal: true,
    env: named ? env : [...env, 'TERM=xterm'],
    ...(size !== undefined && { consoleSize: given('terminal', ['process', 'consoleSize'], size) }),
  };
  return { ...spec, process: terminal };
}
