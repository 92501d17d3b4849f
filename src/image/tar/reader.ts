import { BLOCK, checksumIsRight, isZeroBlock, paddingOf, sizeOf, typeOf } from './block.ts';
import type { TarEntry, TarSink } from './entry.ts';
import {
  type Extended,
  type ExtendedType,
  addExtended,
  forget,
  isExtended,
  isPending,
  newExtended,
  overridesOf,
} from './extended.ts';
import { nameOf } from './form.ts';
import { readEntry } from './header.ts';
import { TAR_LIMITS, type TarLimits } from './limits.ts';
import { type Piece, newPiece, take, want } from './piece.ts';
import { quoted } from './quoted.ts';
import { about, damaged, tooLarge } from './refusal.ts';
import {
  type MapReader,
  type SparseFile,
  finishSparse,
  mapReader,
  readOldParts,
  readOldSparse,
  readPaxSparse,
} from './sparse.ts';

/**
 * Reads an archive as it comes. What is wrong is thrown as a RuntsError that names the entry and the header's offset: INVALID_ARGUMENT for
 * what is damaged, UNSUPPORTED for what layers do not have, TOO_LARGE for what is beyond the limits. Then the reader is of no more use.
 */
export interface TarReader {
  /** The next bytes, any number of them. What follows the archive's end is taken and ignored. */
  push(chunk: Uint8Array): void;
  /** Passes over the rest of the last entry: so many bytes must not be pushed. Infinity is the archive's end. */
  skip(): number;
  /** There are no more. */
  end(): void;
}

/** What the next piece is. */
type Awaited =
  | { readonly is: 'header' }
  | { readonly is: 'second zeros' }
  | { readonly is: 'extended header'; readonly type: ExtendedType; readonly size: number }
  | { readonly is: 'old map'; readonly file: SparseFile }
  /** A part of the content, of which `left` bytes are still to come. */
  | { readonly is: 'map'; readonly file: SparseFile; readonly map: MapReader; readonly left: number };

const HEADER: Awaited = { is: 'header' };
const SECOND_ZEROS: Awaited = { is: 'second zeros' };

interface State {
  readonly limits: TarLimits;
  phase: 'piece' | 'content' | 'padding' | 'ended';
  awaited: Awaited;
  readonly piece: Piece;
  /** Bytes of the phase that are still to come. */
  left: number;
  /** Bytes up to the next header behind the content. */
  padding: number;
  /** Bytes taken so far. */
  offset: number;
  readonly extended: Extended;
  /** Bytes of extended headers so far. */
  extensions: number;
  /** Where the last header lies, and what it is. */
  headerAt: number;
  subject: 'header' | 'extended header' | 'entry';
  /** An entry that the sink does not have yet. */
  ready: TarEntry | undefined;
  /** Name of the last one that it has. */
  last: string;
}

const newState = (limits: TarLimits): State => ({
  limits,
  phase: 'piece',
  awaited: HEADER,
  piece: newPiece(BLOCK),
  left: 0,
  padding: 0,
  offset: 0,
  extended: newExtended(),
  extensions: 0,
  headerAt: 0,
  subject: 'header',
  ready: undefined,
  last: '',
});

function awaitPiece(state: State, awaited: Awaited, size = BLOCK): void {
  state.phase = 'piece';
  state.awaited = awaited;
  want(state.piece, size);
}

/** Goes on with content and padding, as far as there are any. */
function awaitContent(state: State, content: number, padding: number): void {
  state.padding = padding;
  state.left = content > 0 ? content : padding;
  if (state.left === 0) awaitPiece(state, HEADER);
  else state.phase = content > 0 ? 'content' : 'padding';
}

function beginExtended(state: State, type: ExtendedType, size: number): void {
  state.subject = 'extended header';
  if (size > state.limits.extension) throw tooLarge(`${size} bytes, more than ${state.limits.extension}`);
  if (size === 0) throw damaged('it is empty');
  state.extensions += size;
  if (state.extensions > state.limits.extensions)
    throw tooLarge(`those of the archive have more than ${state.limits.extensions} bytes`);
  awaitPiece(state, { is: 'extended header', type, size }, size + paddingOf(size));
}

/** The entry is complete: `stored` bytes of content follow. */
function ready(state: State, entry: TarEntry, stored: number): void {
  state.ready = entry;
  forget(state.extended);
  awaitContent(state, stored, paddingOf(stored));
}

const readySparse = (state: State, file: SparseFile, stored: number): void =>
  ready(state, finishSparse(file, stored), stored);

function onOldMap(state: State, file: SparseFile, hasMore: boolean): void {
  if (hasMore) awaitPiece(state, { is: 'old map', file });
  else readySparse(state, file, file.entry.size);
}

function awaitMap(state: State, file: SparseFile, map: MapReader, left: number): void {
  if (left < BLOCK) throw damaged('the map of holes does not end');
  awaitPiece(state, { is: 'map', file, map, left: left - BLOCK });
}

function beginEntry(state: State, type: string): void {
  state.subject = 'entry';
  const { piece, limits } = state;
  const over = overridesOf(state.extended);
  const entry = readEntry(piece.bytes, piece.at, over);
  if (type === 'S') {
    if (over.sparse !== undefined) throw damaged('two forms of a sparse file');
    const { file, hasMore } = readOldSparse(piece.bytes, piece.at, entry, limits.extents);
    return onOldMap(state, file, hasMore);
  }
  if (over.sparse === undefined) return ready(state, entry, entry.size);
  const { file, mapFollows } = readPaxSparse(entry, over.sparse, limits.extents);
  if (mapFollows) awaitMap(state, file, mapReader(file.map, limits.extents), entry.size);
  else readySparse(state, file, entry.size);
}

/** Two blocks of zeros are the end; an archive that just ends has been accepted by all programs ever since. */
function onZeros(state: State): void {
  if (isPending(state.extended)) throw damaged('the archive ends behind an extended header');
  if (state.awaited.is === 'second zeros') state.phase = 'ended';
  else awaitPiece(state, SECOND_ZEROS);
}

/** The archive's name, as GNU tar writes it with --label. */
function skipLabel(state: State, size: number): void {
  forget(state.extended);
  awaitContent(state, 0, size + paddingOf(size));
}

function onHeader(state: State): void {
  const { bytes, at } = state.piece;
  state.headerAt = state.offset - BLOCK;
  state.subject = 'header';
  if (isZeroBlock(bytes, at)) return onZeros(state);
  if (state.awaited.is === 'second zeros') throw damaged('it follows a lone block of zeros');
  if (!checksumIsRight(bytes, at)) throw damaged('its checksum is wrong');
  const type = String.fromCharCode(typeOf(bytes, at));
  if (isExtended(type)) beginExtended(state, type, sizeOf(bytes, at));
  else if (type === 'V') skipLabel(state, sizeOf(bytes, at));
  else beginEntry(state, type);
}

function onPiece(state: State): void {
  const { awaited, piece, extended, limits } = state;
  switch (awaited.is) {
    case 'header':
    case 'second zeros':
      return onHeader(state);
    case 'extended header':
      addExtended(extended, awaited.type, piece.bytes, piece.at, awaited.size);
      return awaitPiece(state, HEADER);
    case 'old map':
      return onOldMap(state, awaited.file, readOldParts(awaited.file, piece.bytes, piece.at, limits.extents));
    case 'map':
      if (awaited.map.block(piece.bytes, piece.at)) return readySparse(state, awaited.file, awaited.left);
      return awaitMap(state, awaited.file, awaited.map, awaited.left);
  }
}

function nameOfFailed({ awaited, extended, piece }: State): string {
  if ('file' in awaited) return awaited.file.entry.name;
  return extended.pax?.sparse?.name ?? extended.name ?? extended.pax?.path ?? nameOf(piece.bytes, piece.at);
}

function subjectOf(state: State): string {
  const name = state.subject === 'entry' ? ` ${quoted(nameOfFailed(state))}` : '';
  return `${state.subject}${name} at offset ${state.headerAt}`;
}

function takePiece(state: State, sink: TarSink, chunk: Uint8Array, at: number): number {
  const { piece } = state;
  const size = take(piece, chunk, at);
  state.offset += size;
  if (piece.got < piece.wanted) return size;
  try {
    onPiece(state);
  } catch (error) {
    throw about(subjectOf(state), error);
  }
  const entry = state.ready;
  if (entry === undefined) return size;
  state.ready = undefined;
  state.last = entry.name;
  sink.entry(entry);
  return size;
}

function takeContent(state: State, sink: TarSink, chunk: Uint8Array, at: number): number {
  const size = Math.min(state.left, chunk.length - at);
  state.left -= size;
  state.offset += size;
  if (state.left === 0) awaitContent(state, 0, state.padding);
  sink.content(size === chunk.length ? chunk : chunk.subarray(at, at + size));
  return size;
}

function takePadding(state: State, available: number): number {
  const size = Math.min(state.left, available);
  state.left -= size;
  state.offset += size;
  if (state.left === 0) awaitPiece(state, HEADER);
  return size;
}

/** Takes bytes of a chunk from `at` on, for one phase; their number, at least 1. */
function advance(state: State, sink: TarSink, chunk: Uint8Array, at: number): number {
  switch (state.phase) {
    case 'piece':
      return takePiece(state, sink, chunk, at);
    case 'content':
      return takeContent(state, sink, chunk, at);
    case 'padding':
      return takePadding(state, chunk.length - at);
    case 'ended':
      return chunk.length - at;
  }
}

function skipEntry(state: State): number {
  const { phase, left, padding } = state;
  if (phase === 'ended') return Infinity;
  if (phase === 'piece') return 0;
  const size = phase === 'content' ? left + padding : left;
  state.offset += size;
  awaitPiece(state, HEADER);
  return size;
}

function end(state: State): void {
  const { phase, awaited, piece, extended } = state;
  if (phase === 'ended') return;
  const isBetween = phase === 'piece' && (awaited.is === 'header' || awaited.is === 'second zeros');
  if (isBetween && piece.got === 0 && !isPending(extended)) return;
  const where = isBetween ? 'a header' : `what belongs to ${quoted(state.last)}`;
  throw damaged(`archive: ends at offset ${state.offset}, within ${where}`);
}

export function tarReader(sink: TarSink, limits: TarLimits = TAR_LIMITS): TarReader {
  const state = newState(limits);
  return {
    push(chunk) {
      let at = 0;
      while (at < chunk.length) at += advance(state, sink, chunk, at);
    },
    skip: () => skipEntry(state),
    end: () => end(state),
  };
}
