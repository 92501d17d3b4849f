import { latin1 } from '../views.ts';

/** The string of a field of fixed length, which ends at its first NUL where it has one. */
export function textField(bytes: Uint8Array, start: number, length: number): string {
  const end = start + length;
  let stop = start;
  while (stop < end && bytes[stop] !== 0) stop += 1;
  return latin1(bytes, start, stop);
}

export function isZero(bytes: Uint8Array, start: number, length: number): boolean {
  for (let at = start; at < start + length; at += 1) if (bytes[at] !== 0) return false;
  return true;
}

/** Puts a string of bytes; what is beyond `length` is left out. */
export function putLatin1(bytes: Uint8Array, start: number, text: string, length = text.length): void {
  for (let index = 0; index < Math.min(length, text.length); index += 1) {
    bytes[start + index] = text.charCodeAt(index);
  }
}
