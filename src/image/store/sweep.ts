import { readdirSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { digestFrom, hexOf } from '../digest.ts';
import type { Digest } from '../types.ts';
import type { StoreContext } from './context.ts';
import { syncDirectory } from './durable.ts';
import { inUse } from './in-use.ts';
import type { Contents } from './in-use.ts';
import type { Stage } from './ingest.ts';
import { findLayer } from './layers.ts';
import { blobFile, layerDirectory } from './paths.ts';

/** What was removed. */
export interface Swept {
  /** Chain ids. */
  readonly layers: readonly Digest[];
  readonly blobs: readonly Digest[];
  /** Of blobs, and of what layers hold. */
  readonly bytes: number;
}

/**
 * Removes what nothing uses, all or of `among` alone. Layers leave their places by one rename, and go when the stage is
 * discarded. The caller has the store's lock.
 */
export function sweep(context: StoreContext, stage: Stage, among: Contents = everything(context)): Swept {
  const { paths } = context;
  const used = inUse(context);
  const layers = [...among.layers].filter((chainId) => !used.layers.has(chainId));
  const blobs = [...among.blobs].filter((digest) => !used.blobs.has(digest));
  let bytes = 0;
  const there = layers.filter((chainId) => isThere(layerDirectory(paths, chainId)));
  for (const chainId of there) {
    bytes += findLayer(context, chainId)?.bytes ?? 0;
    renameSync(layerDirectory(paths, chainId), `${stage.directory}/${hexOf(chainId)}`);
  }
  syncDirectory(paths.layers);
  const kept = blobs.filter((digest) => isThere(blobFile(paths, digest)));
  for (const digest of kept) {
    bytes += statSync(blobFile(paths, digest)).size;
    unlinkSync(blobFile(paths, digest));
  }
  syncDirectory(paths.blobs);
  return { layers: there, blobs: kept, bytes };
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

const digestsIn = (directory: string): Set<Digest> =>
  new Set(
    readdirSync(directory)
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .map(digestFrom),
  );

function everything({ paths }: StoreContext): Contents {
  return { blobs: digestsIn(paths.blobs), layers: digestsIn(paths.layers) };
}
