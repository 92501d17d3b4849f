/**
 * A strict reader of JSON (RFC 8259). JSON.parse hides what a runtime must refuse or keep: it takes the last of two
 * equal keys, passes NUL characters on, rounds 64-bit integers and does not say where a mistake is.
 */
import { MAX_DEPTH } from './json-value.ts';
import type { JsonError, JsonObject, JsonResult, JsonValue } from './json-value.ts';

class SyntaxProblem {
  readonly at: number;
  readonly message: string;

  constructor(at: number, message: string) {
    this.at = at;
    this.message = message;
  }
}

interface Reader {
  readonly text: string;
  at: number;
  depth: number;
}

/** Reads one JSON text as `parseJson` of json.ts promises. */
export function parseStrictly(text: string): JsonResult {
  const reader: Reader = { text, at: 0, depth: 0 };
  try {
    return { ok: true, value: readText(reader) };
  } catch (error) {
    if (error instanceof SyntaxProblem) return { ok: false, error: locate(text, error) };
    throw error;
  }
}

function locate(text: string, { at, message }: SyntaxProblem): JsonError {
  let line = 1;
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1 && end < at; end = text.indexOf('\n', start)) {
    line += 1;
    start = end + 1;
  }
  return { line, column: at - start + 1, message };
}

function fail(at: number, message: string): never {
  throw new SyntaxProblem(at, message);
}

function readText(reader: Reader): JsonValue {
  if (reader.text.charCodeAt(0) === 0xfeff)
    fail(0, 'the text begins with a byte order mark: save it as UTF-8 without one');
  skipSpace(reader);
  if (reader.at === reader.text.length) fail(reader.at, 'the text is empty');
  const value = readValue(reader);
  skipSpace(reader);
  if (reader.at < reader.text.length) fail(reader.at, `${show(reader)} after the end of the value`);
  return value;
}

const SPACE = /[ \t\n\r]*/y;

function skipSpace(reader: Reader): void {
  const code = reader.text.charCodeAt(reader.at);
  if (code > 0x20 || Number.isNaN(code)) return;
  SPACE.lastIndex = reader.at;
  SPACE.test(reader.text);
  reader.at = SPACE.lastIndex;
}

function readValue(reader: Reader): JsonValue {
  switch (reader.text.charCodeAt(reader.at)) {
    case 0x22: // "
      return readString(reader);
    case 0x7b: // {
      return readNested(reader, readObject);
    case 0x5b: // [
      return readNested(reader, readArray);
    case 0x74: // t
      return readWord(reader, 'true', true);
    case 0x66: // f
      return readWord(reader, 'false', false);
    case 0x6e: // n
      return readWord(reader, 'null', null);
    default:
      return readNumber(reader);
  }
}

function readNested(reader: Reader, read: (reader: Reader) => JsonValue): JsonValue {
  if (reader.depth === MAX_DEPTH) fail(reader.at, `more than ${MAX_DEPTH} levels of arrays and objects`);
  reader.depth += 1;
  reader.at += 1;
  const value = read(reader);
  reader.depth -= 1;
  return value;
}

function readObject(reader: Reader): JsonObject {
  const object = Object.create(null) as JsonObject;
  skipSpace(reader);
  if (take(reader, 0x7d)) return object;
  for (;;) {
    const start = reader.at;
    if (reader.text.charCodeAt(start) !== 0x22) failKey(reader);
    const key = readString(reader);
    if (key in object) fail(start, `the key ${JSON.stringify(key)} is there twice in one object`);
    skipSpace(reader);
    if (!take(reader, 0x3a))
      fail(reader.at, `${show(reader)} where a colon must follow the key ${JSON.stringify(key)}`);
    skipSpace(reader);
    object[key] = readValue(reader);
    if (closes(reader, 0x7d, 'object')) return object;
  }
}

function failKey(reader: Reader): never {
  if (reader.text.charCodeAt(reader.at) === 0x7d)
    fail(reader.at, 'a comma before } with no property after it');
  fail(reader.at, `${show(reader)} where a key in double quotes is expected`);
}

function readArray(reader: Reader): JsonValue[] {
  const array: JsonValue[] = [];
  skipSpace(reader);
  if (take(reader, 0x5d)) return array;
  for (;;) {
    if (reader.text.charCodeAt(reader.at) === 0x5d)
      fail(reader.at, 'a comma before ] with no value after it');
    array.push(readValue(reader));
    if (closes(reader, 0x5d, 'array')) return array;
  }
}

/** After an element: true at the closing bracket, false after a comma. */
function closes(reader: Reader, bracket: number, what: string): boolean {
  skipSpace(reader);
  if (take(reader, bracket)) return true;
  if (!take(reader, 0x2c)) {
    fail(reader.at, `${show(reader)} where a comma or the end of the ${what} is expected`);
  }
  skipSpace(reader);
  return false;
}

function take(reader: Reader, code: number): boolean {
  if (reader.text.charCodeAt(reader.at) !== code) return false;
  reader.at += 1;
  return true;
}

function readWord<T extends boolean | null>(reader: Reader, word: string, value: T): T {
  const after = reader.text[reader.at + word.length];
  if (!reader.text.startsWith(word, reader.at) || (after !== undefined && WORD.test(after)))
    failValue(reader);
  reader.at += word.length;
  return value;
}

const WORD = /\w/;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

function readNumber(reader: Reader): number | bigint {
  NUMBER.lastIndex = reader.at;
  const match = NUMBER.exec(reader.text);
  const digits = match?.[0];
  const after = reader.text[NUMBER.lastIndex];
  if (digits === undefined || (after !== undefined && /[\w.+-]/.test(after))) failValue(reader);
  const start = reader.at;
  reader.at += digits.length;
  const value = Number(digits);
  if (!Number.isFinite(value)) fail(start, `${cut(digits)} is beyond the range of numbers`);
  const whole = match?.[1] === undefined && match?.[2] === undefined;
  return whole && !Number.isSafeInteger(value) ? exact(digits, start) : value;
}

/** Far beyond what any property takes; a longer one would only cost time. */
const MAX_DIGITS = 40;

function exact(digits: string, start: number): bigint {
  if (digits.length > MAX_DIGITS) fail(start, `${cut(digits)} is beyond the range of numbers`);
  return BigInt(digits);
}

const TOKEN = /[\w.+-]+/y;

/** Says what stands where a value is expected. */
function failValue(reader: Reader): never {
  TOKEN.lastIndex = reader.at;
  const token = TOKEN.exec(reader.text)?.[0];
  if (token === undefined) fail(reader.at, `${show(reader)} where a value is expected`);
  if (/^[-+.\d]/.test(token)) fail(reader.at, `${cut(token)} is not a JSON number`);
  fail(
    reader.at,
    `${cut(token)} is not a JSON value${['true', 'false', 'null'].includes(token.toLowerCase()) ? ': write it in lower case' : ''}`,
  );
}

/** Everything that may stand in a string as it is. */
const PLAIN = /[^"\\\u0000-\u001f\ud800-\udfff]*/y;

function readString(reader: Reader): string {
  const { text } = reader;
  const open = reader.at;
  const end = plainEnd(text, open + 1);
  reader.at = end + 1;
  if (text.charCodeAt(end) === 0x22) return text.slice(open + 1, end);
  return readRestOfString(reader, open, end);
}

function plainEnd(text: string, from: number): number {
  PLAIN.lastIndex = from;
  PLAIN.test(text);
  return PLAIN.lastIndex;
}

/** The slow way, for a string with an escape or a character outside the basic plane at `at`. */
function readRestOfString(reader: Reader, open: number, first: number): string {
  const { text } = reader;
  let value = text.slice(open + 1, first);
  let at = first;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 0x22) break;
    const [piece, next] = readPiece(text, at, open);
    const end = plainEnd(text, next);
    value += piece + text.slice(next, end);
    at = end;
  }
  reader.at = at + 1;
  return value;
}

/** One escape or surrogate pair at `at`: its characters and where it ends. */
function readPiece(text: string, at: number, open: number): readonly [string, number] {
  const code = text.charCodeAt(at);
  if (Number.isNaN(code)) fail(open, 'the text ends inside this string');
  if (code === 0x0a || code === 0x0d) fail(at, 'a line ends inside a string: close the string or write \\n');
  if (code < 0x20)
    fail(at, code === 0 ? NUL : `control character ${unicode(code)} in a string: write it as an escape`);
  const [unit, next] = readUnit(text, at);
  if (unit === 0) fail(at, NUL);
  if (unit < 0xd800 || unit > 0xdfff) return [String.fromCharCode(unit), next];
  const [low, end] = unit < 0xdc00 && next < text.length ? readUnit(text, next) : [0, next];
  if (low < 0xdc00 || low > 0xdfff)
    fail(at, `${unicode(unit)} is half of a surrogate pair: it is no character`);
  return [String.fromCharCode(unit, low), end];
}

const NUL = 'a NUL character in a string: no path, name or argument can hold it';

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ['"', 0x22],
  ['\\', 0x5c],
  ['/', 0x2f],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
]);

/** One UTF-16 code unit, escaped or not, and where it ends. */
function readUnit(text: string, at: number): readonly [number, number] {
  if (text.charCodeAt(at) !== 0x5c) return [text.charCodeAt(at), at + 1];
  const letter = text[at + 1] ?? '';
  const simple = ESCAPES.get(letter);
  if (simple !== undefined) return [simple, at + 2];
  const hex = text.slice(at + 2, at + 6);
  if (letter === 'u' && /^[\da-fA-F]{4}$/.test(hex)) return [Number.parseInt(hex, 16), at + 6];
  if (letter === 'u') fail(at, 'the escape \\u needs four hexadecimal digits');
  fail(at, letter < ' ' ? 'a backslash with no escape after it' : `\\${letter} is not an escape of JSON`);
}

/** What stands at the reader's place, for a message. */
function show({ text, at }: Reader): string {
  const code = text.codePointAt(at);
  if (code === undefined) return 'the text ends';
  if (code === 0x27) return "unexpected ' (strings take double quotes)";
  if (code === 0x2f) return 'unexpected / (JSON has no comments)';
  return code > 0x20 && code < 0x7f
    ? `unexpected ${String.fromCodePoint(code)}`
    : `unexpected character ${unicode(code)}`;
}

function unicode(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
