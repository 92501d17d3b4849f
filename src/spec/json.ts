/** JSON (RFC 8259) as every document is read: strictly, and by the engine's own reader where that is as strict. */
import { parseQuickly } from './json-quick.ts';
import { parseStrictly } from './json-strict.ts';
import type { JsonResult } from './json-value.ts';

/**
 * Reads one JSON text. Integers beyond 2^53 - 1 become bigints; numbers with a fraction or an exponent are numbers.
 * Refused beside bad syntax: a byte order mark, equal keys in one object, NUL characters and lone surrogates in
 * strings, numbers beyond the range of a double, nesting beyond MAX_DEPTH.
 */
export function parseJson(text: string): JsonResult {
  return parseQuickly(text) ?? parseStrictly(text);
}
