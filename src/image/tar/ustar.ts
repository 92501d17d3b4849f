import { BLOCK, FIELD } from './block.ts';
import type { Place } from './block.ts';
import { putLatin1 } from './bytes.ts';
import type { EntryType, TarEntry } from './entry.ts';

/** The greatest numbers of octal digits that fields have room for, besides the NUL at their end. */
export const OCTAL_MAX = { id: 0o7777777, size: 0o77777777777, mtime: 0o77777777777 } as const;

const TYPES: Readonly<Record<EntryType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};

const NAME = FIELD.name.size;
const TARGET = FIELD.target.size;
const PREFIX = FIELD.prefix.size;

const isAscii = (text: string): boolean => /^[\u0001-\u007f]*$/.test(text);

/** Where a name's slash lies that may be left out between the prefix and the rest; 0 for a name that needs no prefix, -1 for one that does not fit. */
function splitAt(name: string): number {
  if (name.length <= NAME) return 0;
  const slash = name.indexOf('/', Math.max(1, name.length - NAME - 1));
  return slash <= PREFIX && slash < name.length - 1 ? slash : -1;
}

/** ustar's names are of ASCII alone, as other programs take it. */
export const fitsName = (name: string): boolean => isAscii(name) && splitAt(name) !== -1;

export const fitsTarget = (target: string): boolean => isAscii(target) && target.length <= TARGET;

function putOctal(block: Uint8Array, { start, size }: Place, value: number): void {
  putLatin1(block, start, value.toString(8).padStart(size - 1, '0'));
}

/** What does not fit is said by an extended header; the field is 0 then. */
const fitting = (value: number, max: number): number => (value >= 0 && value <= max ? value : 0);

function putName(block: Uint8Array, name: string): void {
  const slash = splitAt(name);
  const rest = slash > 0 ? name.slice(slash + 1) : name;
  putLatin1(block, FIELD.name.start, rest, NAME);
  if (slash > 0) putLatin1(block, FIELD.prefix.start, name.slice(0, slash));
}

function putChecksum(block: Uint8Array): void {
  const { start, size } = FIELD.checksum;
  putLatin1(block, start, ' '.repeat(size));
  const sum = block.reduce((total, byte) => total + byte, 0);
  putLatin1(block, start, `${sum.toString(8).padStart(size - 2, '0')}\0 `);
}

function putFields(block: Uint8Array, type: string, entry: TarEntry): void {
  putName(block, entry.name);
  putOctal(block, FIELD.mode, entry.mode);
  putOctal(block, FIELD.uid, fitting(entry.uid, OCTAL_MAX.id));
  putOctal(block, FIELD.gid, fitting(entry.gid, OCTAL_MAX.id));
  putOctal(block, FIELD.size, fitting(entry.size, OCTAL_MAX.size));
  putOctal(block, FIELD.mtime, fitting(entry.mtime.seconds, OCTAL_MAX.mtime));
  putLatin1(block, FIELD.type.start, type);
  putLatin1(block, FIELD.target.start, entry.target, TARGET);
  putLatin1(block, FIELD.magic.start, 'ustar\u000000');
  putOctal(block, FIELD.major, entry.device.major);
  putOctal(block, FIELD.minor, entry.device.minor);
  putChecksum(block);
}

/** An entry's header, `type` in place of its own where given. */
export function ustarHeader(entry: TarEntry, type: string = TYPES[entry.type]): Uint8Array {
  const block = new Uint8Array(BLOCK);
  putFields(block, type, entry);
  return block;
}
