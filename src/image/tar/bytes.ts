/** Arguments of one call of String.fromCharCode; a call's arguments lie on the stack. */
const CHARACTERS = 4096;
/** Names are mostly shorter: then one character after the other is quicker than a view and a call. */
const SHORT = 24;

/** Bytes as a string of one character each. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  if (end - start <= SHORT) {
    for (let at = start; at < end; at += 1) text += String.fromCharCode(bytes[at] as number);
    return text;
  }
  for (let at = start; at < end; at += CHARACTERS) {
    const part = bytes.subarray(at, Math.min(end, at + CHARACTERS));
    text += String.fromCharCode.apply(undefined, part as unknown as number[]);
  }
  return text;
}

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
