import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { damaged } from '../source/failure.ts';
import type { SourceLayer } from '../types.ts';
import type { StagedBlob } from './blobs.ts';
import type { StoreContext } from './context.ts';
import type { Stage } from './ingest.ts';
import { hexOf } from './paths.ts';

const CHUNK = 1 << 20;

/** The blob of a layer that is unpacked already, verified on both sides. */
export async function copyBlob(
  { native, signal }: StoreContext,
  stage: Stage,
  { place, compression, digest, diffId }: SourceLayer,
  name: string,
): Promise<StagedBlob> {
  // A file of its own: one image may have the same layer packed in several ways.
  const path = `${stage.directory}/${randomBytes(16).toString('hex')}`;
  const copy = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  const reader = native.openBlob({ ...place, compression, copy });
  try {
    const buffer = new Uint8Array(CHUNK);
    while ((await native.readBlob(reader, buffer)) > 0) signal?.throwIfAborted();
    const found = native.blobDigests(reader);
    if (digest !== undefined && found.blob !== hexOf(digest))
      throw damaged(`${name}: blob ${digest}`, `has been altered: its digest is sha256:${found.blob}`);
    if (found.content !== hexOf(diffId))
      throw damaged(name, `has the diff id sha256:${found.content}, its image says ${diffId}`);
    return { digest: `sha256:${found.blob}`, path, size: place.size };
  } finally {
    native.closeBlob(reader);
    closeSync(copy);
  }
}
