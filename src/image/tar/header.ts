import { isZero, latin1, textField } from './bytes.ts';
import type { EntryType, TarEntry } from './entry.ts';
import { readNumber } from './numbers.ts';
import { damaged, tooLarge, unsupported } from './refusal.ts';

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

type Field = keyof typeof FIELD;

/** star's prefix is shorter: times follow it. */
const STAR_PREFIX = 131;
/** What Linux can say of a device (include/linux/kdev_t.h). */
const MAJOR_MAX = 0xfff;
const MINOR_MAX = 0xfffff;
/** chown(2) takes -1 for "as it is". */
const ID_END = 0xffff_ffff;

export const NO_DEVICE = { major: 0, minor: 0 } as const;

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

const field = (bytes: Uint8Array, at: number, name: Field): string =>
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

function positive(bytes: Uint8Array, at: number, name: Field): number {
  const value = numberAt(bytes, at, FIELD[name], name);
  if (value < 0) throw damaged(`${name} is negative`);
  return value;
}

export const sizeOf = (bytes: Uint8Array, at: number): number => positive(bytes, at, 'size');

/** `id` as an owner: none that chown(2) takes for none. */
export function checkId(id: number, what: string): number {
  if (id >= ID_END) throw damaged(`${what} ${id} is none that Linux has`);
  return id;
}

const USTAR = 'ustar\u000000';
const GNU = 'ustar  \u0000';

const magicOf = (bytes: Uint8Array, at: number): string =>
  latin1(bytes, at + FIELD.magic[0], at + FIELD.magic[0] + FIELD.magic[1]);

export const isGnu = (bytes: Uint8Array, at: number): boolean => magicOf(bytes, at) === GNU;

/** A ustar name has its first directories in a field of their own. */
export function nameOf(bytes: Uint8Array, at: number): string {
  const name = field(bytes, at, 'name');
  const start = at + FIELD.prefix[0];
  if (bytes[start] === 0 || magicOf(bytes, at) !== USTAR) return name;
  const isStar = latin1(bytes, at + 508, at + BLOCK) === 'tar\u0000';
  return `${textField(bytes, start, isStar ? STAR_PREFIX : FIELD.prefix[1])}/${name}`;
}

function deviceOf(bytes: Uint8Array, at: number): TarEntry['device'] {
  const major = positive(bytes, at, 'major');
  const minor = positive(bytes, at, 'minor');
  if (major > MAJOR_MAX || minor > MINOR_MAX)
    throw damaged(`device ${major}:${minor} is none that Linux has`);
  return { major, minor };
}

/** Types by their byte, as pax(1) and GNU tar have them; a contiguous file is a file, and so is an old sparse one. */
function entryType(code: string, name: string): EntryType {
  switch (code) {
    case '\0':
      // Before there was a type, a directory was known by its slash.
      return name.endsWith('/') ? 'directory' : 'file';
    case '0':
    case '7':
    case 'S':
      return 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '3':
      return 'character';
    case '4':
      return 'block';
    case '5':
      return 'directory';
    case '6':
      return 'fifo';
    default:
      throw unsupported(`type ${JSON.stringify(code)} is none that a layer may have`);
  }
}

/** What extended headers say of an entry in place of its own header. */
export interface Overrides {
  readonly name?: string | undefined;
  readonly target?: string | undefined;
  readonly size?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly mtime?: TarEntry['mtime'] | undefined;
  readonly xattrs?: TarEntry['xattrs'] | undefined;
}

const NO_XATTRS: TarEntry['xattrs'] = new Map();

const isLink = (type: EntryType): boolean => type === 'symlink' || type === 'hardlink';
const isDevice = (type: EntryType): boolean => type === 'character' || type === 'block';

/** `size` is what the archive has of the entry. */
export function readEntry(bytes: Uint8Array, at: number, over: Overrides): TarEntry {
  const name = over.name ?? nameOf(bytes, at);
  const type = entryType(String.fromCharCode(typeOf(bytes, at)), name);
  const size = sizeOf(bytes, at);
  return {
    type,
    name,
    target: isLink(type) ? (over.target ?? field(bytes, at, 'target')) : '',
    mode: positive(bytes, at, 'mode') & 0o7777,
    uid: checkId(over.uid ?? positive(bytes, at, 'uid'), 'uid'),
    gid: checkId(over.gid ?? positive(bytes, at, 'gid'), 'gid'),
    mtime: over.mtime ?? { seconds: numberAt(bytes, at, FIELD.mtime, 'mtime'), nanoseconds: 0 },
    // Links and directories may have one and still no content (archive/tar of Go, isHeaderOnly).
    size: type === 'file' ? (over.size ?? size) : 0,
    device: isDevice(type) ? deviceOf(bytes, at) : NO_DEVICE,
    xattrs: over.xattrs ?? NO_XATTRS,
  };
}
