import { RuntsError } from '../errors.ts';

/** `texts` and `integers` may be given more than once; nothing is split at commas. */
export type FlagKind = 'bool' | 'text' | 'texts' | 'integer' | 'integers' | 'duration';

export interface Flag {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  readonly kind: FlagKind;
  /** What stands for the value in the help, such as `FILE`. */
  readonly value?: string;
  /** All values, where they are few; for completion. */
  readonly choices?: readonly string[];
  readonly about: string;
  readonly hidden?: boolean;
}

/** Flags by all of their names. */
export type FlagTable = ReadonlyMap<string, Flag>;

export function flagTable(flags: readonly Flag[]): FlagTable {
  const byShort = flags.flatMap((flag): [string, Flag][] =>
    flag.short === undefined ? [] : [[flag.short, flag]],
  );
  return new Map([...byShort, ...flags.map((flag): [string, Flag] => [flag.name, flag])]);
}

/** Flags that were given, by their long names, with their values as text and in order. */
export type FlagValues = ReadonlyMap<string, readonly string[]>;

export interface Parsed {
  readonly flags: FlagValues;
  readonly args: readonly string[];
}

/**
 * Go's rules: one dash is as good as two, `--flag=value` and `--flag value`, a bool takes a value only after `=`, `--`
 * ends the flags. They also end at the first argument where `stopAtFirst` says so.
 * @throws {RuntsError} INVALID_ARGUMENT.
 */
export function parseFlags(known: FlagTable, words: readonly string[], stopAtFirst: boolean): Parsed {
  const flags = new Map<string, string[]>();
  const args: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string;
    if (word === '--') return { flags, args: [...args, ...words.slice(at + 1)] };
    if (!word.startsWith('-') || word === '-') {
      if (stopAtFirst) return { flags, args: words.slice(at) };
      args.push(word);
      continue;
    }
    at += takeFlag(known, word, words[at + 1], flags);
  }
  return { flags, args };
}

/** How many words of value were taken. */
function takeFlag(
  known: FlagTable,
  word: string,
  next: string | undefined,
  into: Map<string, string[]>,
): number {
  const dashes = word.startsWith('--') ? 2 : 1;
  const sign = word.indexOf('=', dashes);
  const name = sign === -1 ? word.slice(dashes) : word.slice(dashes, sign);
  const inline = sign === -1 ? undefined : word.slice(sign + 1);
  const flag = known.get(name);
  if (flag === undefined) throw invalid(`flag provided but not defined: -${name}`);
  const takesNext = flag.kind !== 'bool' && inline === undefined;
  const value = inline ?? (flag.kind === 'bool' ? 'true' : next);
  if (value === undefined) throw invalid(`flag needs an argument: ${word}`);
  checkValue(flag, value);
  const several = flag.kind === 'texts' || flag.kind === 'integers';
  into.set(flag.name, several ? [...(into.get(flag.name) ?? []), value] : [value]);
  return takesNext ? 1 : 0;
}

const TRUE: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE: ReadonlySet<string> = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

function checkValue(flag: Flag, value: string): void {
  if (flag.kind === 'bool' && !TRUE.has(value) && !FALSE.has(value))
    throw invalidValue(flag, value, 'true or false');
  if ((flag.kind === 'integer' || flag.kind === 'integers') && !isInteger(value))
    throw invalidValue(flag, value, 'an integer');
  if (flag.kind === 'duration' && parseDuration(value) === undefined)
    throw invalidValue(flag, value, 'a duration such as 5s or 1m30s');
}

function isInteger(value: string): boolean {
  return /^-?\d+$/.test(value) && Number.isSafeInteger(Number(value));
}

function invalidValue(flag: Flag, value: string, expected: string): RuntsError {
  return invalid(`invalid value ${JSON.stringify(value)} for flag -${flag.name}: expected ${expected}`);
}

function invalid(message: string): RuntsError {
  return new RuntsError('INVALID_ARGUMENT', message);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `5s`, `1m30s`, `1.5h`; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^-?(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    sum += Number(amount) * (UNITS[unit as string] ?? 0);
  return text.startsWith('-') ? -sum : sum;
}

export function isOn(flags: FlagValues, name: string): boolean {
  return TRUE.has(flags.get(name)?.[0] ?? 'false');
}

/** undefined if it was not given; an empty text if it was given so. */
export function textOf(flags: FlagValues, name: string): string | undefined {
  return flags.get(name)?.[0];
}

/** As {@link textOf}, where an empty text means that nothing was given. */
export function wordOf(flags: FlagValues, name: string): string | undefined {
  const text = textOf(flags, name);
  return text === '' ? undefined : text;
}

export function textsOf(flags: FlagValues, name: string): readonly string[] {
  return flags.get(name) ?? [];
}

export function integerOf(flags: FlagValues, name: string): number | undefined {
  const text = textOf(flags, name);
  return text === undefined ? undefined : Number(text);
}

export function integersOf(flags: FlagValues, name: string): readonly number[] {
  return textsOf(flags, name).map(Number);
}
