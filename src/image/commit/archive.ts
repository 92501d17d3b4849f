import { haveSameAttributes } from '../changes/compare.ts';
import { contentOf } from '../changes/content.ts';
import { changesOf } from '../changes/walk.ts';
import type { ChangedLayers, LayerChange } from '../changes/walk.ts';
import type { TreeFunctions } from '../native.ts';
import { quoted } from '../tar/quoted.ts';
import { tarWriter } from '../tar/writer.ts';
import type { TarWriter } from '../tar/writer.ts';
import { entryOf } from './entry.ts';

export interface ArchiveSource {
  readonly native: TreeFunctions;
  readonly layers: ChangedLayers;
  /** Gets what of the tree is not in the archive as it is, one line each. */
  readonly warn: (message: string) => void;
  readonly signal?: AbortSignal;
}

export interface LayerArchive {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** How many entries there were so far. */
  entries(): number;
}

interface Writing extends ArchiveSource {
  readonly archive: TarWriter;
  /** What the archive has written since that was last asked for. */
  take(): Uint8Array[];
  /** By the inodes of files, the first of their names that is in the archive. */
  readonly names: Map<string, string>;
  entries: number;
}

/** The archive of an upper layer, with whiteouts for what it hides. The same tree gives the same bytes. */
export function layerArchive(source: ArchiveSource): LayerArchive {
  const pending: Uint8Array[] = [];
  const archive = tarWriter((bytes) => void pending.push(bytes));
  const writing: Writing = {
    ...source,
    archive,
    take: () => pending.splice(0),
    names: new Map(),
    entries: 0,
  };
  return { bytes: bytesOf(writing), entries: () => writing.entries };
}

async function* bytesOf(writing: Writing): AsyncGenerator<Uint8Array> {
  const { native, layers, signal, archive } = writing;
  for await (const change of changesOf(native, layers)) {
    signal?.throwIfAborted();
    if (!isTopAsBelow(change)) yield* add(writing, change);
  }
  archive.end();
  yield* writing.take();
}

/** An archive need not tell of the root that it goes to. */
function isTopAsBelow(change: LayerChange): boolean {
  if (change.path !== '' || change.kind !== 'present' || change.below.entry === undefined) return false;
  return haveSameAttributes(change.entry, change.below.entry);
}

async function* add(writing: Writing, change: LayerChange): AsyncGenerator<Uint8Array> {
  const { names, warn, archive } = writing;
  const inode = inodeOf(change);
  const entry = entryOf(change, inode && names.get(inode));
  if (entry === undefined) return warn(`${quoted(change.path)}: a socket, which no layer has`);
  const content = entry.size === 0 ? [] : await begun(fileBytes(writing, change));
  if (content === undefined) return warn(`${quoted(change.path)}: is not there any more`);
  if (inode !== undefined && !names.has(inode)) names.set(inode, change.path);
  writing.entries += 1;
  archive.entry(entry);
  for await (const bytes of content) {
    archive.content(bytes);
    yield* writing.take();
  }
  yield* writing.take();
}

/** Of a file with several names. */
function inodeOf(change: LayerChange): string | undefined {
  if (change.kind === 'deleted') return undefined;
  const { type, links, inode } = change.entry;
  return type !== 'directory' && links > 1 ? inode : undefined;
}

const ZEROS = new Uint8Array(1 << 16);

/** As many bytes as the entry says, whatever a program does to the file meanwhile. */
async function* fileBytes(
  { native, layers, warn }: Writing,
  change: LayerChange,
): AsyncGenerator<Uint8Array> {
  if (change.kind === 'deleted') return;
  const { path, entry } = change;
  let left = entry.size;
  for await (const bytes of contentOf(native, { tree: layers.upper, path, entry })) {
    left -= bytes.length;
    yield bytes;
  }
  if (left > 0) warn(`${quoted(path)}: was cut off while it was read`);
  for (; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, Math.min(left, ZEROS.length));
}

const GONE: ReadonlySet<unknown> = new Set(['ESTALE', 'ENOENT', 'ENOTDIR']);

/** Bytes whose first are read; undefined where there is no such file any more. */
async function begun(bytes: AsyncGenerator<Uint8Array>): Promise<AsyncIterable<Uint8Array> | undefined> {
  try {
    const first = await bytes.next();
    return resumed(first.done === true ? [] : [first.value], bytes);
  } catch (error) {
    if (GONE.has((error as { readonly code?: unknown }).code)) return undefined;
    throw error;
  }
}

async function* resumed(
  first: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first;
  yield* rest;
}
