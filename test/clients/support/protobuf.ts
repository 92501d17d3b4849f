/** Just enough of Protocol Buffers for the requests of a test: fields by number, as the .proto files have them. */
export type Value = string | number | boolean | Message | readonly Value[];
export interface Message {
  readonly [field: number]: Value;
}

/** Fields of a decoded message: numbers, and bytes that may be text or another message. */
export type Decoded = Map<number, (number | Buffer)[]>;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

const tag = (field: number, type: number): Buffer => varint(field * 8 + type);

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

function encodeField(field: number, value: Value): Buffer {
  if (isList(value)) return Buffer.concat(value.map((each) => encodeField(field, each)));
  if (typeof value === 'number' || typeof value === 'boolean')
    return Buffer.concat([tag(field, VARINT), varint(Number(value))]);
  const content = typeof value === 'string' ? Buffer.from(value) : encode(value);
  return Buffer.concat([tag(field, BYTES), varint(content.length), content]);
}

export const encode = (message: Message): Buffer =>
  Buffer.concat(Object.entries(message).map(([field, value]) => encodeField(Number(field), value as Value)));

export function decode(bytes: Buffer): Decoded {
  const fields: Decoded = new Map();
  let at = 0;
  const next = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  };
  const content = (type: number): number | Buffer => {
    if (type === VARINT) return next();
    const size = type === BYTES ? next() : type === FIXED64 ? 8 : 4;
    return bytes.subarray(at, (at += size));
  };
  while (at < bytes.length) {
    const key = next();
    const type = key & 7;
    if (![VARINT, FIXED64, BYTES, FIXED32].includes(type)) throw new Error(`wire type ${type}`);
    const field = key >> 3;
    fields.set(field, [...(fields.get(field) ?? []), content(type)]);
  }
  return fields;
}

export const text = (message: Decoded, field: number): string => String(message.get(field)?.[0] ?? '');

export const number = (message: Decoded, field: number): number => Number(message.get(field)?.[0] ?? 0);

export const messages = (message: Decoded, field: number): Decoded[] =>
  (message.get(field) ?? []).map((each) => decode(Buffer.from(each as Buffer)));
