/**
 * The engine's own reader of JSON, which takes a tenth of the time of the strict one. It is believed where it is proven
 * that the strict one would say the same, by few looks at the text and at what was read.
 */
import { MAX_DEPTH } from './json-value.ts';
import type { JsonResult, JsonValue } from './json-value.ts';

/** What the strict reader would say of the text; undefined where only that one can tell. */
export function parseQuickly(text: string): JsonResult | undefined {
  const document = parseUnproven(text);
  if (document === undefined || countKeys([document.value], 0) !== document.keys) return undefined;
  return { ok: true, value: document.value };
}

/**
 * What a text says if the objects of the value have `keys` keys together: then none was there twice. Still to be
 * proven too is that all numbers are safe integers, and that the nesting is no deeper than MAX_DEPTH.
 */
export interface Unproven {
  readonly value: JsonValue;
  readonly keys: number;
}

/** undefined where only the strict reader can tell. */
export function parseUnproven(text: string): Unproven | undefined {
  const escapes = holds(text, '\\');
  if (!text.isWellFormed() || (escapes && mayHoldNoCharacter(text))) return undefined;
  const value = parse(text);
  return value === undefined ? undefined : { value, keys: countColons(text, escapes) };
}

/** undefined for what is not JSON: the strict reader says where. */
function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** NUL or a surrogate as an escape: the other escapes stand for characters. */
const NO_CHARACTER = /\\u(?:0000|[dD][89a-fA-F])/;

/** True where a string may hold NUL or half of a surrogate pair by an escape. */
function mayHoldNoCharacter(text: string): boolean {
  return text.includes('\\u') && NO_CHARACTER.test(text);
}

/** QuickJS splits a long text in a third of the time that its search takes. */
function holds(text: string, word: string): boolean {
  return text.split(word, 1)[0] !== text;
}

/**
 * How many keys the objects in these values have together. NaN, which equals no count, where a number may not be what
 * the text says, or where the nesting is too deep. `depth` is that of the array or object that holds the values.
 */
function countKeys(values: readonly JsonValue[], depth: number): number {
  if (depth > MAX_DEPTH) return Number.NaN;
  let keys = 0;
  for (const value of values) {
    if (typeof value === 'string') continue;
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) return Number.NaN;
    } else if (Array.isArray(value)) keys += countKeys(value, depth + 1);
    else if (typeof value === 'object' && value !== null) {
      const inner = Object.values(value);
      keys += inner.length + countKeys(inner, depth + 1);
    }
  }
  return keys;
}

/**
 * The colons of a JSON text that may follow a key: never fewer than it has keys, so that a value that has as many
 * cannot have lost one to an equal key.
 */
function countColons(text: string, escapes: boolean): number {
  const pieces = text.split(':');
  pieces.pop();
  let count = 0;
  for (const piece of pieces) {
    const last = piece.charCodeAt(piece.length - 1);
    if (last === QUOTE ? !escapes || mayEndString(piece) : last <= SPACE) count += 1;
  }
  return count;
}

const SPACE = 0x20;
const QUOTE = 0x22;

/** A key ends with a quote, which is none of a string's end after a single backslash; white space may follow. */
function mayEndString(piece: string): boolean {
  return !piece.endsWith('\\"') || piece.endsWith('\\\\"');
}
