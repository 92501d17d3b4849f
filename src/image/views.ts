/** Bytes read many at a time, by what Node has for that. */

interface Views {
  text: Buffer;
  words: Uint32Array;
}

/** Of the memory that bytes were last read from. */
const last: Views = { text: Buffer.alloc(0), words: new Uint32Array(0) };

function viewsOf({ buffer }: Uint8Array): Views {
  if (last.text.buffer !== buffer) {
    last.text = Buffer.from(buffer as ArrayBuffer);
    last.words = new Uint32Array(buffer, 0, Math.floor(buffer.byteLength / 4));
  }
  return last;
}

/** All that the bytes lie in, in whole words. */
export const wordsOf = (bytes: Uint8Array): Uint32Array => viewsOf(bytes).words;

/** Bytes as a string of one character each. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  const offset = bytes.byteOffset;
  return viewsOf(bytes).text.toString('latin1', offset + start, offset + end);
}
