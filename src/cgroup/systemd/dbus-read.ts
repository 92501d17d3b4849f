/** Reads D-Bus messages: systemd's answers, and for people what a plan is going to send. */
import { alignmentOf, FIELD, splitSignature } from './dbus.ts';
import type { Value, Variant } from './dbus.ts';

export interface Message {
  readonly type: 'call' | 'return' | 'error' | 'signal';
  readonly path: string;
  readonly member: string;
  /** Of an error, such as org.freedesktop.systemd1.NoSuchUnit. */
  readonly errorName: string;
  /** 64-bit numbers are bigint, an `ay` is a Uint8Array. */
  readonly body: readonly Value[];
}

const TYPES = [undefined, 'call', 'return', 'error', 'signal'] as const;
const HEADER_FIELDS_AT = 12;

/** @throws {RangeError} for bytes that are no whole little-endian message. */
export function decodeMessage(bytes: Uint8Array): Message {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = TYPES[bytes[1] ?? 0];
  if (bytes[0] !== 0x6c || type === undefined) throw new RangeError('no little-endian D-Bus message');
  const reader: Reader = { bytes, view, at: HEADER_FIELDS_AT };
  const fields = new Map<number, Value>();
  for (const field of read(reader, 'a(yv)') as readonly [number, Variant][])
    fields.set(field[0], field[1].value);
  align(reader, 8);
  const text = (code: number): string => asText(fields.get(code));
  const body = splitSignature(text(FIELD.signature)).map((one) => read(reader, one));
  return { type, path: text(FIELD.path), member: text(FIELD.member), errorName: text(FIELD.errorName), body };
}

/** A value of the body that is a text; empty where it is none. */
export function textAt({ body }: Pick<Message, 'body'>, index: number): string {
  return asText(body[index]);
}

function asText(value: Value | undefined): string {
  return typeof value === 'string' ? value : '';
}

interface Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

function align(reader: Reader, size: number): void {
  reader.at = Math.ceil(reader.at / size) * size;
}

function read(reader: Reader, type: string): Value {
  const letter = type.charAt(0);
  align(reader, alignmentOf(type));
  if (letter === 'a') return readArray(reader, type.slice(1));
  if (letter === '(') return splitSignature(type.slice(1, -1)).map((member) => read(reader, member));
  if (letter === 's' || letter === 'o') return readText(reader, take(reader, 4, 'getUint32'));
  if (letter === 'g') return readText(reader, take(reader, 1, 'getUint8'));
  if (letter === 'v') {
    const signature = read(reader, 'g') as string;
    return { signature, value: read(reader, signature) };
  }
  return readFixed(reader, letter);
}

function readFixed(reader: Reader, letter: string): Value {
  switch (letter) {
    case 'y':
      return take(reader, 1, 'getUint8');
    case 'n':
      return take(reader, 2, 'getInt16');
    case 'q':
      return take(reader, 2, 'getUint16');
    case 'i':
      return take(reader, 4, 'getInt32');
    case 'b':
      return take(reader, 4, 'getUint32') === 1;
    case 'x':
      return take(reader, 8, 'getBigInt64');
    case 't':
      return take(reader, 8, 'getBigUint64');
    case 'd':
      return take(reader, 8, 'getFloat64');
    default:
      return take(reader, 4, 'getUint32');
  }
}

type Getter = 'getUint8' | 'getInt16' | 'getUint16' | 'getInt32' | 'getUint32' | 'getFloat64';
type LongGetter = 'getBigInt64' | 'getBigUint64';

function take(reader: Reader, size: number, getter: Getter): number;
function take(reader: Reader, size: number, getter: LongGetter): bigint;
function take(reader: Reader, size: number, getter: Getter | LongGetter): number | bigint {
  reader.at += size;
  return reader.view[getter](reader.at - size, true);
}

function readText(reader: Reader, size: number): string {
  const end = reader.at + size;
  if (end >= reader.bytes.length) throw new RangeError('a D-Bus string that is cut off');
  let text = '';
  for (let at = reader.at; at < end; at++)
    text += `%${(reader.bytes[at] ?? 0).toString(16).padStart(2, '0')}`;
  reader.at = end + 1;
  return decodeURIComponent(text);
}

function readArray(reader: Reader, type: string): Value {
  const size = take(reader, 4, 'getUint32');
  align(reader, alignmentOf(type));
  const end = reader.at + size;
  if (end > reader.bytes.length) throw new RangeError('a D-Bus array that is cut off');
  if (type === 'y') {
    const start = reader.at;
    reader.at = end;
    return reader.bytes.slice(start, end);
  }
  const values: Value[] = [];
  while (reader.at < end) values.push(read(reader, type));
  return values;
}
