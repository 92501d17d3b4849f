import { closeSync, unlinkSync } from 'node:fs';
import { attempt } from '../../host/attempt.ts';
import { checked } from '../../host/checked.ts';
import { openPath, placeOf } from '../source/files.ts';
import type { BlobPlace, Digest } from '../types.ts';
import { blobDigests } from './blob-digests.ts';
import type { StoreContext } from './context.ts';
import { syncDirectory } from './durable.ts';
import { withLock } from './lock.ts';
import { blobFile } from './paths.ts';

/** Looks at the bytes of a blob that is there. */
export async function withBlob<T>(
  { paths }: StoreContext,
  digest: Digest,
  look: (place: BlobPlace) => Promise<T>,
): Promise<T> {
  const path = blobFile(paths, digest);
  const descriptor = openPath(path, path);
  try {
    return await look(placeOf(descriptor, path));
  } finally {
    closeSync(descriptor);
  }
}

/** What is wrong with the bytes of a blob; undefined for nothing. */
export function faultOfBlob(context: StoreContext, digest: Digest): Promise<string | undefined> {
  return withBlob(context, digest, async (place) => {
    const { blob } = await blobDigests(context, { ...place, compression: 'none' });
    return blob === digest ? undefined : `has been altered: its digest is ${blob}`;
  });
}

/** A blob that has been altered is of no use: the next load puts it right. */
export async function dropBlob(context: StoreContext, digest: Digest): Promise<void> {
  const { paths } = context;
  await withLock(context, () => {
    attempt(() => checked(() => unlinkSync(blobFile(paths, digest))), 'ENOENT');
    syncDirectory(paths.blobs);
  });
}
