import { BLOCK, numberAt } from './block.ts';
import type { Extent, TarEntry } from './entry.ts';
import { formOf } from './form.ts';
import type { SparseRecords } from './pax.ts';
import { quoted } from './quoted.ts';
import { damaged, tooLarge, unsupported } from './refusal.ts';

/** A map as archives have it: offsets and lengths by turns. */
export type SparseMap = number[];

/** An entry whose map is not complete yet. */
export interface SparseFile {
  readonly entry: TarEntry;
  /** Bytes of the file; the entry's own size is what the archive has of it. */
  readonly size: number;
  readonly map: SparseMap;
}

/** Where old headers have their parts: the header itself four, each block that follows it 21. */
const HEADER_PARTS = { at: 386, count: 4, more: 482 };
const BLOCK_PARTS = { at: 0, count: 21, more: 504 };
const REAL_SIZE = { start: 483, size: 12 };
const NUMBER = 12;

export function checkCount(count: number, limit: number): void {
  if (count > limit) throw tooLarge(`more than ${limit} parts between holes`);
}

/** The parts of an old header or of a block that follows it; true if one more follows. */
function readParts(
  map: SparseMap,
  bytes: Uint8Array,
  start: number,
  parts: typeof HEADER_PARTS,
  limit: number,
): boolean {
  for (let index = 0; index < parts.count; index += 1) {
    const at = parts.at + index * 2 * NUMBER;
    if (bytes[start + at] === 0) break;
    map.push(
      numberAt(bytes, start, { start: at, size: NUMBER }, 'hole'),
      numberAt(bytes, start, { start: at + NUMBER, size: NUMBER }, 'hole'),
    );
  }
  checkCount(map.length / 2, limit);
  return bytes[start + parts.more] !== 0;
}

/** The old form of GNU tar, type S. */
export function readOldSparse(
  bytes: Uint8Array,
  at: number,
  entry: TarEntry,
  limit: number,
): { file: SparseFile; hasMore: boolean } {
  if (formOf(bytes, at) !== 'gnu') throw unsupported('a sparse file of an unknown form');
  const size = numberAt(bytes, at, REAL_SIZE, 'real size');
  if (size < 0) throw damaged('real size is negative');
  const map: SparseMap = [];
  const hasMore = readParts(map, bytes, at, HEADER_PARTS, limit);
  return { file: { entry, size, map }, hasMore };
}

export const readOldParts = (file: SparseFile, bytes: Uint8Array, at: number, limit: number): boolean =>
  readParts(file.map, bytes, at, BLOCK_PARTS, limit);

const VERSIONS = new Set(['0.0', '0.1', '1.0']);

/** The forms of pax, 0.0, 0.1 and 1.0; that of the last has its map before the content. */
export function readPaxSparse(
  entry: TarEntry,
  records: SparseRecords,
  limit: number,
): { file: SparseFile; mapFollows: boolean } {
  const { version = '0.0', size, map = [], count = map.length / 2 } = records;
  const mapFollows = version === '1.0';
  if (!VERSIONS.has(version)) throw unsupported(`sparse files of version ${quoted(version)}`);
  if (entry.type !== 'file') throw damaged('holes are of files alone');
  if (size === undefined) throw damaged('a sparse file without a size');
  checkCount(map.length / 2, limit);
  if (mapFollows !== (map.length === 0)) throw damaged('the map of holes is not where its version has it');
  if (map.length % 2 !== 0 || count !== map.length / 2) throw damaged('the map of holes is not complete');
  const name = records.name ?? entry.name;
  return { file: { entry: { ...entry, name }, size, map: [...map] }, mapFollows };
}

/** Reads the map of version 1.0: decimal numbers, one a line, the first their pairs' count; it fills whole blocks. */
export interface MapReader {
  /** Takes a block and tells whether the map has ended with it. */
  block(bytes: Uint8Array, at: number): boolean;
}

const NEWLINE = 0x0a;

export function mapReader(map: SparseMap, limit: number): MapReader {
  let wanted = -1;
  let value = 0;
  let digits = 0;
  const line = (): void => {
    if (digits === 0 || !Number.isSafeInteger(value)) throw damaged('the map of holes has no number');
    if (wanted === -1) checkCount(value, limit);
    if (wanted === -1) wanted = value * 2;
    else map.push(value);
    value = 0;
    digits = 0;
  };
  const byte = (code: number): void => {
    if (code === NEWLINE) return line();
    if (code < 0x30 || code > 0x39 || digits > 16) throw damaged('the map of holes has no number');
    value = value * 10 + code - 0x30;
    digits += 1;
  };
  return {
    block(bytes, at) {
      for (let index = at; index < at + BLOCK && map.length !== wanted; index += 1)
        byte(bytes[index] as number);
      return map.length === wanted;
    },
  };
}

/** Parts in order that do not overlap, lie in the file and have just what the archive has; GNU tar ends with an empty one. */
function extentsOf(map: SparseMap, size: number, stored: number): Extent[] {
  const extents: Extent[] = [];
  let end = 0;
  let sum = 0;
  for (let index = 0; index < map.length; index += 2) {
    const offset = map[index] as number;
    const length = map[index + 1] as number;
    if (offset < end || length < 0 || offset + length > size)
      throw damaged('the map of holes is out of order');
    if (length > 0) extents.push({ offset, length });
    end = offset + length;
    sum += length;
  }
  if (sum !== stored) throw damaged(`the map of holes has ${sum} bytes, the archive ${stored}`);
  return extents;
}

/** `stored` are the content's bytes in the archive. */
export const finishSparse = ({ entry, size, map }: SparseFile, stored: number): TarEntry => ({
  ...entry,
  size,
  extents: extentsOf(map, size, stored),
});
