/** UTF-8 without an engine's TextEncoder, which the standalone executable does not have. */

/** Bytes that a string takes in UTF-8. */
export function utf8Length(text: string): number {
  let size = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) size += 1;
    else if (unit < 0x800) size += 2;
    else if (isPair(text, at)) {
      size += 4;
      at++;
    } else size += 3;
  }
  return size;
}

/** Writes a string's UTF-8 into bytes at an offset; the caller has made sure of the room. */
export function writeUtf8(text: string, bytes: Uint8Array, offset: number): void {
  let out = offset;
  for (let at = 0; at < text.length; at++) {
    let code = text.charCodeAt(at);
    if (code < 0x80) {
      bytes[out++] = code;
      continue;
    }
    if (isPair(text, at)) code = text.codePointAt(at++) as number;
    out = writeMany(code, bytes, out);
  }
}

function writeMany(code: number, bytes: Uint8Array, offset: number): number {
  let out = offset;
  if (code < 0x800) {
    bytes[out++] = 0xc0 | (code >> 6);
  } else if (code < 0x10000) {
    bytes[out++] = 0xe0 | (code >> 12);
    bytes[out++] = 0x80 | ((code >> 6) & 0x3f);
  } else {
    bytes[out++] = 0xf0 | (code >> 18);
    bytes[out++] = 0x80 | ((code >> 12) & 0x3f);
    bytes[out++] = 0x80 | ((code >> 6) & 0x3f);
  }
  bytes[out++] = 0x80 | (code & 0x3f);
  return out;
}

function isPair(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  const next = text.charCodeAt(at + 1);
  return unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000;
}
