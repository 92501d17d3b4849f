/** D-Bus messages (D-Bus Specification, "Message Protocol"), little-endian, as far as systemd's calls need them. */
import { utf8Length, writeUtf8 } from './utf8.ts';

/** Stands for the pid of the plan's process, which is known when the message is sent. */
export const PID = { stands: 'pid' } as const;

export interface Variant {
  readonly signature: string;
  readonly value: Value;
}

/** Struct and array values are arrays; an `ay` may be a Uint8Array. */
export type Value = boolean | number | bigint | string | Uint8Array | Variant | typeof PID | readonly Value[];

export interface Call {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  readonly body: readonly Value[];
}

export interface EncodedCall {
  readonly bytes: Uint8Array;
  /** Offset of the 4 bytes that stand for {@link PID}; 0 without one. */
  readonly pidAt: number;
}

const LITTLE_ENDIAN = 0x6c;
const METHOD_CALL = 1;
const PROTOCOL_VERSION = 1;
const DESTINATION = 'org.freedesktop.systemd1';

/** Codes of header fields. */
export const FIELD = {
  path: 1,
  interface: 2,
  member: 3,
  errorName: 4,
  replySerial: 5,
  destination: 6,
  signature: 8,
} as const;

/** Alignment of a value by the first letter of its type. */
const ALIGNMENT: Readonly<Record<string, number>> = {
  y: 1,
  g: 1,
  v: 1,
  n: 2,
  q: 2,
  b: 4,
  i: 4,
  u: 4,
  s: 4,
  o: 4,
  a: 4,
  x: 8,
  t: 8,
  d: 8,
  '(': 8,
};

export function alignmentOf(type: string): number {
  return ALIGNMENT[type.charAt(0)] ?? badType(type);
}

/** The complete types that a signature is made of: `sa(sv)` gives `s` and `a(sv)`. */
export function splitSignature(signature: string): string[] {
  const types: string[] = [];
  for (let at = 0; at < signature.length;) {
    const end = endOfType(signature, at);
    types.push(signature.slice(at, end));
    at = end;
  }
  return types;
}

function endOfType(signature: string, at: number): number {
  const letter = signature.charAt(at);
  if (letter === 'a') return endOfType(signature, at + 1);
  if (letter !== '(') return letter in ALIGNMENT ? at + 1 : badType(signature);
  let end = at + 1;
  while (signature.charAt(end) !== ')') end = endOfType(signature, end);
  return end + 1;
}

function badType(type: string): never {
  throw new RangeError(`${JSON.stringify(type)} is no D-Bus type that systemd's calls use`);
}

/** A method call to systemd. The serial is 1; who sends several writes their own at offset 8. */
export function encodeCall(call: Call): EncodedCall {
  const body: Out = { bytes: [], pidAt: -1 };
  const types = splitSignature(call.signature);
  for (const [at, type] of types.entries()) write(body, type, call.body[at] ?? missing(call));
  const head: Out = { bytes: [LITTLE_ENDIAN, METHOD_CALL, 0, PROTOCOL_VERSION], pidAt: -1 };
  write(head, 'u', body.bytes.length);
  write(head, 'u', 1);
  write(head, 'a(yv)', headerFields(call));
  align(head, 8);
  return {
    bytes: Uint8Array.from([...head.bytes, ...body.bytes]),
    pidAt: body.pidAt < 0 ? 0 : head.bytes.length + body.pidAt,
  };
}

function missing({ member }: Call): never {
  throw new RangeError(`${member}: fewer values than its signature has`);
}

function field(code: number, type: string, value: string): Value {
  return [code, { signature: type, value }];
}

function headerFields({ path, member, signature, ...call }: Call): Value[] {
  return [
    field(FIELD.path, 'o', path),
    field(FIELD.member, 's', member),
    field(FIELD.interface, 's', call.interface),
    field(FIELD.destination, 's', DESTINATION),
    ...(signature === '' ? [] : [field(FIELD.signature, 'g', signature)]),
  ];
}

interface Out {
  readonly bytes: number[];
  pidAt: number;
}

function align({ bytes }: Out, size: number): void {
  while (bytes.length % size !== 0) bytes.push(0);
}

function write(out: Out, type: string, value: Value): void {
  const letter = type.charAt(0);
  align(out, alignmentOf(type));
  if (letter === 'a') writeArray(out, type.slice(1), value as readonly Value[] | Uint8Array);
  else if (letter === '(') writeStruct(out, type, value as readonly Value[]);
  else if (letter === 'v') writeVariant(out, value as Variant);
  else if (letter === 's' || letter === 'o') writeString(out, value as string, 4);
  else if (letter === 'g') writeString(out, value as string, 1);
  else writeFixed(out, letter, value);
}

function writeFixed(out: Out, letter: string, value: Value): void {
  if (value === PID) out.pidAt = out.bytes.length;
  if (letter === 'd') return writeDouble(out, Number(value));
  const number = value === PID ? 0n : BigInt(value as boolean | number | bigint);
  for (let at = 0n; at < alignmentOf(letter); at++) out.bytes.push(Number((number >> (8n * at)) & 0xffn));
}

function writeDouble({ bytes }: Out, value: number): void {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  bytes.push(...new Uint8Array(view.buffer));
}

/** The length in bytes, the text, one NUL. */
function writeString(out: Out, text: string, lengthSize: 1 | 4): void {
  const utf8 = new Uint8Array(utf8Length(text));
  writeUtf8(text, utf8, 0);
  writeFixed(out, lengthSize === 1 ? 'y' : 'u', utf8.length);
  out.bytes.push(...utf8, 0);
}

function writeVariant(out: Out, { signature, value }: Variant): void {
  writeString(out, signature, 1);
  write(out, signature, value);
}

function writeStruct(out: Out, type: string, values: readonly Value[]): void {
  for (const [at, member] of splitSignature(type.slice(1, -1)).entries())
    write(out, member, values[at] ?? badType(type));
}

/** The length counts from the first element, not from the padding before it. */
function writeArray(out: Out, type: string, values: readonly Value[] | Uint8Array): void {
  const lengthAt = out.bytes.length;
  out.bytes.push(0, 0, 0, 0);
  align(out, alignmentOf(type));
  const start = out.bytes.length;
  for (const value of values) write(out, type, value);
  const length: Out = { bytes: [], pidAt: -1 };
  writeFixed(length, 'u', out.bytes.length - start);
  out.bytes.splice(lengthAt, 4, ...length.bytes);
}
