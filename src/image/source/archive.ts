import { readSync } from 'node:fs';
import { posix } from 'node:path';
import type { TarEntry } from '../tar/entry.ts';
import { TAR_LIMITS } from '../tar/limits.ts';
import { tarReader } from '../tar/reader.ts';
import type { TarReader } from '../tar/reader.ts';
import { about } from '../tar/refusal.ts';
import type { BlobPlace } from '../types.ts';
import { damaged } from './failure.ts';
import { readPlace, withinSource } from './files.ts';
import type { SourceFiles } from './files.ts';

/** What an archive has at a name: bytes, or another name. */
type Indexed = { readonly place: BlobPlace } | { readonly target: string };
type Index = ReadonlyMap<string, Indexed>;

/** Names are kept in memory; an image of 500 layers has some 1,500. */
const MAX_ENTRIES = 100_000;
const LIMITS = { ...TAR_LIMITS, extension: 2 ** 16, extensions: 2 ** 24 };
const MAX_LINKS = 8;
const BLOCK = 512;

/** The files of a tar archive, wherever they are in it. `close` is called when they are closed. */
export function archiveFiles(archive: BlobPlace, name: string, close: () => void): SourceFiles {
  const index = indexOf(archive, name);
  const find = (path: string): BlobPlace | undefined => resolve(index, path);
  return {
    name,
    has: (path) => find(path) !== undefined,
    open: find,
    read: (path) => {
      const found = find(path);
      return found && readPlace(found, `${name}: ${path}`);
    },
    close,
  };
}

/** Links lead from name to name of the same archive, and nowhere else. */
function resolve(index: Index, path: string): BlobPlace | undefined {
  let found = index.get(withinSource(path));
  for (let links = 0; found !== undefined && links <= MAX_LINKS; links++) {
    if ('place' in found) return found.place;
    found = index.get(found.target);
  }
  return undefined;
}

/** Of several entries of one name the last one counts. Contents are not read. */
function indexOf(archive: BlobPlace, name: string): Index {
  const index = new Map<string, Indexed>();
  const found: TarEntry[] = [];
  const reader = tarReader({ entry: (entry) => void found.push(entry), content: () => {} }, LIMITS);
  for (let at = 0; at < archive.size; at += reader.skip()) {
    pushBlock(reader, archive, at, name);
    at += BLOCK;
    const entry = found.pop();
    if (entry !== undefined)
      index.set(withinSource(entry.name), indexed(entry, placeIn(archive, at, entry, name)));
    if (index.size > MAX_ENTRIES) throw damaged(name, `has more than ${MAX_ENTRIES} entries`);
  }
  named(name, () => reader.end());
  return index;
}

/** Where an entry's content lies, which begins `at` bytes behind the archive's begin. */
function placeIn(archive: BlobPlace, at: number, entry: TarEntry, name: string): BlobPlace {
  const { descriptor, offset, size } = archive;
  const thing = `${name}: ${entry.name}`;
  if (entry.extents !== undefined) throw damaged(thing, 'is a sparse file');
  if (at + entry.size > size) throw damaged(thing, `ends after ${size - at} of ${entry.size} bytes`);
  return { descriptor, offset: offset + at, size: entry.size };
}

function indexed({ type, name, target }: TarEntry, place: BlobPlace): Indexed {
  if (type === 'symlink') return { target: withinSource(posix.join(posix.dirname(`/${name}`), target)) };
  return type === 'hardlink' ? { target: withinSource(target) } : { place };
}

/** Errors of the reader name the archive. */
function named(name: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    throw about(name, error);
  }
}

function pushBlock(reader: TarReader, archive: BlobPlace, at: number, name: string): void {
  const block = readBlock(archive, at, name);
  named(name, () => reader.push(block));
}

function readBlock({ descriptor, offset }: BlobPlace, at: number, name: string): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const count = readSync(descriptor, block, 0, BLOCK, offset + at);
  if (count < BLOCK) throw damaged(name, `ends within a block, after ${at + count} bytes`);
  return block;
}
