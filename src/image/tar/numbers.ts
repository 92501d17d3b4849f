const SPACE = 0x20;
const ZERO = 0x30;
const EIGHT = 0x38;

const isPadding = (byte: number): boolean => byte === SPACE || byte === 0;

/** Octal digits between spaces and NULs; a field without a digit is 0. */
function readOctal(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let value = 0;
  while (at < end && isPadding(bytes[at] as number)) at += 1;
  for (; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte < ZERO || byte >= EIGHT) break;
    value = value * 8 + byte - ZERO;
  }
  for (; at < end; at += 1) if (!isPadding(bytes[at] as number)) return Number.NaN;
  return value;
}

/** Two's complement, big-endian; the first bit only tells that it is (GNU tar's manual, "Extensions"). */
function readBase256(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = ((bytes[start] as number) & 0x40) !== 0;
  const flip = isNegative ? 0xff : 0;
  let value = ((bytes[start] as number) ^ flip) & 0x7f;
  for (let at = start + 1; at < end; at += 1) value = value * 256 + ((bytes[at] as number) ^ flip);
  return isNegative ? -value - 1 : value;
}

/** A header's number; NaN is none, and what is no safe integer is not exact. */
export function readNumber(bytes: Uint8Array, start: number, length: number): number {
  const isBinary = (bytes[start] as number) >= 0x80;
  return isBinary ? readBase256(bytes, start, start + length) : readOctal(bytes, start, start + length);
}

/** Decimal digits alone; NaN for everything else. */
export const readDecimal = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.NaN);
