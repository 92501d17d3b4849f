/** Values in GVariant's text format (docs.gtk.org, "GVariant Text Format"), of the types that systemd's properties have. */
import type { Value } from './dbus.ts';

/** What a property may take: truth, numbers, a text, a list of texts. */
export type PropertyType = 'b' | 'i' | 'u' | 't' | 's' | 'as';

const KEYWORDS: Readonly<Record<string, string>> = {
  boolean: 'b',
  byte: 'y',
  int16: 'n',
  uint16: 'q',
  int32: 'i',
  uint32: 'u',
  int64: 'x',
  uint64: 't',
  double: 'd',
  string: 's',
};

const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  i: [-(2n ** 31n), 2n ** 31n - 1n],
  u: [0n, 2n ** 32n - 1n],
  t: [0n, 2n ** 64n - 1n],
};

/** A value in the text of its type, which may stand before it (`uint64 5`, `@t 5`, `5`); undefined for anything else. */
export function parseValue(text: string, type: PropertyType): Value | undefined {
  const { prefix, rest } = splitPrefix(text.trim());
  if (prefix !== undefined && prefix !== type) return undefined;
  if (type === 's') return parseText(rest);
  if (type === 'as') return parseTexts(rest);
  if (type === 'b') return rest === 'true' || (rest === 'false' ? false : undefined);
  return parseInteger(rest, type);
}

/** A number of seconds, of any numeric type, as microseconds. */
export function parseSeconds(text: string): bigint | undefined {
  const { prefix, rest } = splitPrefix(text.trim());
  if (prefix !== undefined && !'ynqiuxtd'.includes(prefix)) return undefined;
  if (/^\d{1,12}$/.test(rest)) return BigInt(rest) * 1_000_000n;
  return /^\d{1,9}\.\d{1,9}$/.test(rest) ? BigInt(Math.round(Number(rest) * 1e6)) : undefined;
}

function splitPrefix(text: string): { prefix: string | undefined; rest: string } {
  const typed = /^@([a-z]+)\s+/.exec(text) ?? /^([a-z]+\d*)\s+/.exec(text);
  if (typed === null) return { prefix: undefined, rest: text };
  const word = typed[1] ?? '';
  return {
    prefix: text.startsWith('@') ? word : (KEYWORDS[word] ?? word),
    rest: text.slice(typed[0].length),
  };
}

function parseInteger(text: string, type: 'i' | 'u' | 't'): bigint | undefined {
  if (!/^-?(\d{1,20}|0x[0-9a-fA-F]{1,16})$/.test(text)) return undefined;
  const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  const [least = 0n, most = 0n] = RANGES[type] ?? [];
  return value >= least && value <= most ? value : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  a: '\u0007',
  v: '\v',
};

/** One quoted text at the start: its value, and what follows it. */
function readText(text: string): { value: string; rest: string } | undefined {
  const quote = text.charAt(0);
  if (quote !== "'" && quote !== '"') return undefined;
  let value = '';
  for (let at = 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === quote) return { value, rest: text.slice(at + 1).trimStart() };
    if (char !== '\\') {
      value += char;
      continue;
    }
    const escaped = text.charAt(++at);
    value += ESCAPES[escaped] ?? escaped;
  }
  return undefined;
}

function parseText(text: string): string | undefined {
  const read = readText(text);
  return read?.rest === '' ? read.value : undefined;
}

function parseTexts(text: string): string[] | undefined {
  if (!text.startsWith('[') || !text.endsWith(']')) return undefined;
  const values: string[] = [];
  let rest = text.slice(1, -1).trim();
  while (rest !== '') {
    const read = readText(rest);
    if (read === undefined || (read.rest !== '' && !/^,\s*\S/.test(read.rest))) return undefined;
    values.push(read.value);
    rest = read.rest.replace(/^,\s*/, '');
  }
  return values;
}
