import { wordsOf } from '../views.ts';
import { isZero, textField } from './bytes.ts';
import { readNumber } from './numbers.ts';
import { damaged, tooLarge } from './refusal.ts';

export const BLOCK = 512;

/** Bytes that fill the last block of content. */
export const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** A header's field: where it lies in it, and its bytes. */
export interface Place {
  readonly start: number;
  readonly size: number;
}

const place = (start: number, size: number): Place => ({ start, size });

/** pax(1), "ustar Interchange Format". */
export const FIELD = {
  name: place(0, 100),
  mode: place(100, 8),
  uid: place(108, 8),
  gid: place(116, 8),
  size: place(124, 12),
  mtime: place(136, 12),
  checksum: place(148, 8),
  type: place(156, 1),
  target: place(157, 100),
  magic: place(257, 8),
  major: place(329, 8),
  minor: place(337, 8),
  prefix: place(345, 155),
} as const;

export type Field = keyof typeof FIELD;

export const isZeroBlock = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0 && isZero(bytes, at, BLOCK);

/** The sum of so many bytes of a header; the even and the odd ones of a word are added in 16 bits each, which those of a block fit. */
function sumOf(bytes: Uint8Array, start: number, length: number): number {
  const from = bytes.byteOffset + start;
  if (from % 4 !== 0) return sumOf(new Uint8Array(bytes.subarray(start, start + length)), 0, length);
  const words = wordsOf(bytes);
  let sums = 0;
  for (let at = from / 4; at < (from + length) / 4; at += 1) {
    const word = words[at] as number;
    sums += (word & 0x00ff_00ff) + ((word >>> 8) & 0x00ff_00ff);
  }
  return (sums & 0xffff) + (sums >>> 16);
}

function countHigh(bytes: Uint8Array, start: number, length: number): number {
  let count = 0;
  for (let at = start; at < start + length; at += 1) if ((bytes[at] as number) > 127) count += 1;
  return count;
}

/** A header's bytes are added with spaces in the place of their sum; old programs added signed bytes. */
export function checksumIsRight(bytes: Uint8Array, at: number): boolean {
  const { start, size } = FIELD.checksum;
  const own = at + start;
  const wanted = readNumber(bytes, own, size);
  const sum = sumOf(bytes, at, BLOCK) - sumOf(bytes, own, size) + size * 0x20;
  return wanted === sum || wanted === sum - 256 * (countHigh(bytes, at, BLOCK) - countHigh(bytes, own, size));
}

export const typeOf = (bytes: Uint8Array, at: number): number => bytes[at + FIELD.type.start] as number;

export const fieldOf = (bytes: Uint8Array, at: number, name: Field): string =>
  textField(bytes, at + FIELD[name].start, FIELD[name].size);

/** A number that fits, not negative unless `isSigned`. */
export function numberAt(bytes: Uint8Array, at: number, field: Place, what: string): number {
  const value = readNumber(bytes, at + field.start, field.size);
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
