/**
 * The engine's own reader of JSON, which takes a tenth of the time of the strict one. It is believed where it is proven
 * that the strict one would say the same, by few looks at the text and at what was read.
 */
import { keysAtMost } from './json-keys.ts';
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
  const keys = text.isWellFormed() ? keysAtMost(text) : undefined;
  const value = keys === undefined ? undefined : parse(text);
  return keys === undefined || value === undefined ? undefined : { value, keys };
}

/** undefined for what is not JSON: the strict reader says where. */
function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
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
