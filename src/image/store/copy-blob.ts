import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync } from 'node:fs';
import { damaged } from '../source/failure.ts';
import type { SourceLayer } from '../types.ts';
import { blobDigests } from './blob-digests.ts';
import type { StagedBlob } from './blobs.ts';
import type { StoreContext } from './context.ts';
import type { Stage } from './ingest.ts';

/** The blob of a layer that is unpacked already, verified on both sides. */
export async function copyBlob(
  context: StoreContext,
  stage: Stage,
  { place, compression, digest, diffId }: SourceLayer,
  name: string,
): Promise<StagedBlob> {
  // A file of its own: one image may have the same layer packed in several ways.
  const path = `${stage.directory}/${randomBytes(16).toString('hex')}`;
  const copy = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    const { blob, content } = await blobDigests(context, { ...place, compression, copy });
    if (digest !== undefined && blob !== digest)
      throw damaged(`${name}: blob ${digest}`, `has been altered: its digest is ${blob}`);
    if (content !== diffId) throw damaged(name, `has the diff id ${content}, its image says ${diffId}`);
    return { digest: blob, path, size: place.size };
  } finally {
    closeSync(copy);
  }
}
