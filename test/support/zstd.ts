/** Data that zstd has packed, for Nodes that cannot. */

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** RFC 8878: a frame of one block that repeats a byte; 2 to the power of `windowLog` is its window. */
export function zstdFrame(byte: number, count: number, windowLog = 17): Buffer {
  const block = 1 | (1 << 1) | (count << 3);
  return Buffer.concat([
    u32(0xfd2fb528),
    Buffer.of(0, (windowLog - 10) << 3),
    u32(block).subarray(0, 3),
    Buffer.of(byte),
  ]);
}
export const skippable = (bytes: Buffer): Buffer =>
  Buffer.concat([u32(0x184d2a50), u32(bytes.length), bytes]);
/** What zstd -19 makes of ZSTD_TEXT. */
export const ZSTD = Buffer.from(
  'KLUv/QRojQEAdAJhIGNvbXByZXNzZWQgZnJhbWUgb2YgenN0ZCwgbmQgYW5vdGhlcgoCAEnNiL+nE69u62Y=',
  'base64',
);
export const ZSTD_TEXT =
  'a compressed frame of zstd, a compressed frame of zstd, and another compressed frame\n';
