import { readSync } from 'node:fs';
import { posix } from 'node:path';
import { RuntsError } from '../../errors.ts';
import type { TarEntry } from '../tar/entry.ts';
import { TAR_LIMITS } from '../tar/limits.ts';
import { tarReader } from '../tar/reader.ts';
import type { TarReader } from '../tar/reader.ts';
import type { BlobPlace } from '../types.ts';
import { damaged } from './failure.ts';
import { readPlace } from './files.ts';
import type { SourceFiles } from './files.ts';

/** What an archive has at a name: bytes, or another name. */
type Indexed = { readonly place: BlobPlace } | { readonly target: string };
type Index = ReadonlyMap<string, Indexed>;

/** Names are kept in memory; an image of 500 layers has some 1,500. */
const MAX_ENTRIES = 100_000;
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
  let found = index.get(normal(path));
  for (let links = 0; found !== undefined && links <= MAX_LINKS; links++) {
    if ('place' in found) return found.place;
    found = index.get(found.target);
  }
  return undefined;
}

/** As a path from the archive's root, which nothing leads out of. */
const normal = (path: string): string => posix.normalize(`/${path}`);

/** Of several entries of one name the last one counts. */
function indexOf(archive: BlobPlace, name: string): Index {
  const index = new Map<string, Indexed>();
  const { descriptor, offset, size } = archive;
  for (let at = 0; ;) {
    const found = readEntry(archive, at, name);
    if (found === undefined) return index;
    const { entry, content } = found;
    if (entry.extents !== undefined) throw damaged(`${name}: ${entry.name}`, 'is a sparse file');
    if (content + entry.size > size)
      throw damaged(`${name}: ${entry.name}`, `ends after ${size - content} of ${entry.size} bytes`);
    const place = { descriptor, offset: offset + content, size: entry.size };
    index.set(normal(entry.name), indexed(entry, place));
    if (index.size > MAX_ENTRIES) throw damaged(name, `has more than ${MAX_ENTRIES} entries`);
    at = content + Math.ceil(entry.size / BLOCK) * BLOCK;
  }
}

function indexed({ type, name, target }: TarEntry, place: BlobPlace): Indexed {
  if (type === 'symlink') return { target: normal(posix.join(posix.dirname(`/${name}`), target)) };
  return type === 'hardlink' ? { target: normal(target) } : { place };
}

interface Found {
  readonly entry: TarEntry;
  /** Where its content begins, bytes from the archive's begin. */
  readonly content: number;
}

/**
 * The entry whose headers begin at `at`; undefined at the end. Each gets a reader of its own, block after block, so that
 * contents are not read.
 */
function readEntry(archive: BlobPlace, at: number, name: string): Found | undefined {
  const found: TarEntry[] = [];
  const reader = tarReader({ entry: (entry) => void found.push(entry), content: () => {} }, TAR_LIMITS);
  for (let next = at; ; next += BLOCK) {
    const block = readBlock(archive, next, name);
    if (next === at && (block === undefined || block.every((byte) => byte === 0))) return undefined;
    if (block === undefined) throw damaged(name, `ends within the headers at byte ${at}`);
    push(reader, block, `${name}: at byte ${at}`);
    const [entry] = found;
    if (entry !== undefined) return { entry, content: next + BLOCK };
  }
}

function push(reader: TarReader, block: Uint8Array, thing: string): void {
  try {
    reader.push(block);
  } catch (error) {
    if (!(error instanceof RuntsError)) throw error;
    throw new RuntsError(error.code, `${thing}: ${error.message}`, { ...error.details, cause: error });
  }
}

/** undefined where the archive ends. */
function readBlock(
  { descriptor, offset, size }: BlobPlace,
  at: number,
  name: string,
): Uint8Array | undefined {
  if (at >= size) return undefined;
  const block = new Uint8Array(BLOCK);
  const count = readSync(descriptor, block, 0, BLOCK, offset + at);
  if (count < BLOCK) throw damaged(name, `ends within a block, after ${at + count} bytes`);
  return block;
}
