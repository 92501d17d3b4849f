/** Manifests, configs and layers as they came, each under its digest. */
import { existsSync, renameSync } from 'node:fs';
import { RuntsError } from '../../errors.ts';
import { hexOf } from '../digest.ts';
import { digestOf } from '../source/documents.ts';
import { directoryFiles } from '../source/directory.ts';
import { openPath } from '../source/files.ts';
import type { Digest } from '../types.ts';
import type { StoreContext } from './context.ts';
import { writeNew } from './durable.ts';
import type { Stage } from './ingest.ts';
import { blobFile } from './paths.ts';

export const hasBlob = ({ paths }: StoreContext, digest: Digest): boolean =>
  existsSync(blobFile(paths, digest));

/** A manifest or a config. @throws {RuntsError} STATE_CORRUPT where it is not there, or is another. */
export function readDocument({ paths }: StoreContext, digest: Digest): Uint8Array {
  const files = directoryFiles(openPath(paths.blobs, paths.blobs), paths.blobs);
  try {
    const bytes = files.read(hexOf(digest));
    if (bytes === undefined) throw corrupt(digest, 'is not in the store');
    if (digestOf(bytes) !== digest) throw corrupt(digest, 'has been altered');
    return bytes;
  } finally {
    files.close();
  }
}

export function corrupt(digest: Digest, what: string): RuntsError {
  return new RuntsError('STATE_CORRUPT', `blob ${digest}: ${what}`, { hint: 'load the image again' });
}

/** A blob in a place of its own, not yet of the store. */
export interface StagedBlob {
  readonly digest: Digest;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Synced already: it is small. */
export function stageDocument(stage: Stage, bytes: Uint8Array): StagedBlob {
  const digest = digestOf(bytes);
  const path = `${stage.directory}/${hexOf(digest)}`;
  if (!existsSync(path)) writeNew(path, bytes, true);
  return { digest, path, size: bytes.length };
}

/** The caller has synced it and has the store's lock. One that is there already has the same bytes. */
export function publishBlob({ paths }: StoreContext, { digest, path }: StagedBlob): void {
  if (existsSync(path)) renameSync(path, blobFile(paths, digest));
}
