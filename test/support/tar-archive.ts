/** Archives made block by block, also such as no program writes. Strings are bytes (latin1). */

const BLOCK = 512;

export interface HeaderFields {
  readonly name?: string;
  readonly mode?: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly size?: string | number;
  readonly mtime?: string;
  readonly checksum?: string;
  readonly type?: string;
  readonly target?: string;
  readonly magic?: string;
  readonly major?: string;
  readonly minor?: string;
  readonly prefix?: string;
  /** Bytes at any place of the header. */
  readonly at?: Readonly<Record<number, string>>;
}

const octal = (value: number, length: number): string => value.toString(8).padStart(length - 1, '0');

/** Big-endian two's complement with the mark of GNU tar in front. */
export function base256(value: bigint, length: number): string {
  const bits = BigInt.asUintN(length * 8, value) | (1n << BigInt(length * 8 - 1));
  return Buffer.from(bits.toString(16).padStart(length * 2, '0'), 'hex').toString('latin1');
}

/** A header with the right checksum, unless another is given. */
export function header(fields: HeaderFields): Buffer {
  const block = Buffer.alloc(BLOCK);
  const { size = 0, at = {} } = fields;
  const put = (start: number, text: string): void => void block.write(text, start, 'latin1');
  put(0, fields.name ?? 'file');
  put(100, fields.mode ?? '0000644');
  put(108, fields.uid ?? '0000000');
  put(116, fields.gid ?? '0000000');
  put(124, typeof size === 'number' ? octal(size, 12) : size);
  put(136, fields.mtime ?? '00000000000');
  put(156, fields.type ?? '0');
  put(157, fields.target ?? '');
  put(257, fields.magic ?? 'ustar\u000000');
  put(329, fields.major ?? '');
  put(337, fields.minor ?? '');
  put(345, fields.prefix ?? '');
  for (const [start, text] of Object.entries(at)) put(Number(start), text);
  put(148, ' '.repeat(8));
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(148, fields.checksum ?? `${octal(sum, 7)}\0 `);
  return block;
}

/** Content, filled up to whole blocks. */
export function content(bytes: string | Buffer): Buffer {
  const buffer = Buffer.from(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return Buffer.concat([buffer, Buffer.alloc((BLOCK - (buffer.length % BLOCK)) % BLOCK)]);
}

export const file = (name: string, text: string, fields: HeaderFields = {}): Buffer =>
  Buffer.concat([header({ size: Buffer.byteLength(text, 'latin1'), ...fields, name }), content(text)]);

/** A record of pax with its length, which counts itself. */
export function record(keyword: string, value: string): string {
  const rest = ` ${keyword}=${value}\n`;
  let length = rest.length;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

/** An extended header of any type, with a body of any kind. */
export const extended = (type: string, body: string): Buffer => file('extended', body, { type });

export const pax = (records: readonly (readonly [string, string])[]): Buffer =>
  extended('x', records.map(([keyword, value]) => record(keyword, value)).join(''));

export const END = Buffer.alloc(2 * BLOCK);

export const archive = (...parts: readonly Buffer[]): Buffer => Buffer.concat([...parts, END]);
