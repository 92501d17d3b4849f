import { isZero, textField } from './bytes.ts';
import { readNumber } from './numbers.ts';
import { damaged, tooLarge } from './refusal.ts';

export const BLOCK = 512;

/** Bytes that fill the last block of content. */
export const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** Where a header's fields lie and how long they are (pax(1), "ustar Interchange Format"). */
export const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  target: [157, 100],
  magic: [257, 8],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const;

export type Field = keyof typeof FIELD;

export const isZeroBlock = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0 && isZero(bytes, at, BLOCK);

function sumOf(bytes: Uint8Array, start: number, length: number): number {
  let sum = 0;
  for (let at = start; at < start + length; at += 1) sum += bytes[at] as number;
  return sum;
}

function countHigh(bytes: Uint8Array, start: number, length: number): number {
  let count = 0;
  for (let at = start; at < start + length; at += 1) if ((bytes[at] as number) > 127) count += 1;
  return count;
}

/** A header's bytes are added with spaces in the place of their sum; old programs added signed bytes. */
export function checksumIsRight(bytes: Uint8Array, at: number): boolean {
  const [offset, length] = FIELD.checksum;
  const own = at + offset;
  const wanted = readNumber(bytes, own, length);
  const sum = sumOf(bytes, at, BLOCK) - sumOf(bytes, own, length) + length * 0x20;
  return (
    wanted === sum || wanted === sum - 256 * (countHigh(bytes, at, BLOCK) - countHigh(bytes, own, length))
  );
}

export const typeOf = (bytes: Uint8Array, at: number): number => bytes[at + FIELD.type[0]] as number;

export const fieldOf = (bytes: Uint8Array, at: number, name: Field): string =>
  textField(bytes, at + FIELD[name][0], FIELD[name][1]);

/** A number that fits, not negative unless `isSigned`. */
export function numberAt(
  bytes: Uint8Array,
  at: number,
  [start, length]: readonly [number, number],
  what: string,
): number {
  const value = readNumber(bytes, at + start, length);
  if (Number.isNaN(value)) throw damaged(`${what} is no number`);
  if (!Number.isSafeInteger(value)) throw tooLarge(`${what} is beyond 2^53`);
  return value;
}

export function positive(bytes: Uint8Array, at: number, name: Field): number {
  const value = numberAt(bytes, at, FIELD[name], name);
  if (value < 0) throw damaged(`${name} is negative`);
  return value;
}

export const sizeOf = (bytes: Uint8Array, at: number): number => positive(bytes, at, 'size');
