/** Files that somebody else has written, read by descriptors: no name leads out of where it begins. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { posix } from 'node:path';
import { checked } from '../../host/checked.ts';
import { hostFailed } from '../../host/failure.ts';
import { HostError } from '../../host/host.ts';
import type { BlobPlace } from '../types.ts';
import { damaged } from './failure.ts';

/** Larger documents are refused: what registries take is 4 MiB. */
export const DOCUMENT_LIMIT = 4 * 1024 * 1024;

/** What a source has by names such as `blobs/sha256/HEX`. */
export interface SourceFiles {
  /** Of messages. */
  readonly name: string;
  has(path: string): boolean;
  /** Stays open until all are closed; undefined for what is not there. */
  open(path: string): BlobPlace | undefined;
  /** The bytes of a small file; undefined for what is not there. */
  read(path: string): Uint8Array | undefined;
  close(): void;
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** Follows symbolic links, as a path of the user may have them. */
export function openPath(path: string, name: string): number {
  return opened(name, () => openSync(path, O_RDONLY | O_NONBLOCK));
}

/** As a path from the root of a source, which no `..` leads out of. */
export const withinSource = (path: string): string => posix.normalize(`/${path}`);

/** A regular file below a directory, with no symbolic link on the way; undefined for what is not there. */
export function openBelow(directory: number, path: string, name: string): number | undefined {
  const components = withinSource(path).slice(1).split('/');
  const last = components.pop() ?? '';
  let parent: number | undefined = directory;
  for (const component of components) {
    const next = openIn(parent, component, O_DIRECTORY, `${name}: ${path}`);
    if (parent !== directory) closeSync(parent);
    if (next === undefined) return undefined;
    parent = next;
  }
  try {
    return openIn(parent, last, O_NONBLOCK, `${name}: ${path}`);
  } finally {
    if (parent !== directory) closeSync(parent);
  }
}

function openIn(directory: number, component: string, flags: number, thing: string): number | undefined {
  const path = `/proc/self/fd/${directory}/${component}`;
  try {
    return checked(() => openSync(path, O_RDONLY | O_NOFOLLOW | flags));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    if (error.errno === 'ENOENT') return undefined;
    if (error.errno === 'ELOOP') throw damaged(thing, 'is a symbolic link, which is not followed');
    if (error.errno === 'ENOTDIR') throw damaged(thing, `${component} is no directory`);
    throw hostFailed(error, `${thing}: cannot be opened`);
  }
}

function opened(name: string, call: () => number): number {
  try {
    return checked(call);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw hostFailed(error, `${name}: cannot be opened`);
  }
}

/** All of an open file, which must be a regular one. */
export function placeOf(descriptor: number, thing: string): BlobPlace {
  const stats = fstatSync(descriptor);
  if (!stats.isFile()) throw damaged(thing, 'is no regular file');
  return { descriptor, offset: 0, size: stats.size };
}

/** The bytes of a document. */
export function readPlace({ descriptor, offset, size }: BlobPlace, thing: string): Uint8Array {
  if (size > DOCUMENT_LIMIT)
    throw damaged(thing, `has ${size} bytes, more than the ${DOCUMENT_LIMIT} of a document`);
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const count = readSync(descriptor, bytes, at, size - at, offset + at);
    if (count === 0) throw damaged(thing, `ends after ${at} of ${size} bytes`);
    at += count;
  }
  return bytes;
}
