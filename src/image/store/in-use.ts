import { RuntsError } from '../../errors.ts';
import type { Digest } from '../types.ts';
import type { StoreContext } from './context.ts';
import { readNames } from './images.ts';
import { findLayer } from './layers.ts';
import { announced } from './needs.ts';
import { readStored } from './stored.ts';
import { readUses } from './uses.ts';

/** Blobs, and layers by their chain ids. */
export interface Contents {
  readonly blobs: Set<Digest>;
  readonly layers: Set<Digest>;
}

/**
 * All that names, uses and loads under way lead to. Nothing is counted: what a crash leaves cannot be wrong. The caller has
 * the store's lock.
 */
export function inUse(context: StoreContext): Contents {
  const found: Contents = { blobs: new Set(), layers: new Set() };
  const uses = readUses(context);
  const images = [...readNames(context).map(({ digest }) => digest), ...uses.map(({ image }) => image)];
  for (const digest of new Set(images)) addImage(context, found, digest);
  for (const { layers } of uses) add(found.layers, layers);
  for (const { layers, blobs } of announced(context)) {
    add(found.layers, layers);
    add(found.blobs, blobs);
  }
  // What a layer was unpacked from may be another blob than that of the image: verify wants it.
  for (const chainId of found.layers) add(found.blobs, blobsOf(context, chainId));
  return found;
}

/** Of one image; of a damaged one as far as can be told. */
export function contentsOf(context: StoreContext, digest: Digest): Contents {
  const found: Contents = { blobs: new Set(), layers: new Set() };
  addImage(context, found, digest);
  for (const chainId of found.layers) add(found.blobs, blobsOf(context, chainId));
  return found;
}

function addImage(context: StoreContext, { blobs, layers }: Contents, digest: Digest): void {
  blobs.add(digest);
  try {
    const { manifest, chainIds } = readStored(context, digest);
    add(blobs, [manifest.config.digest, ...manifest.layers.map((layer) => layer.digest)]);
    add(layers, chainIds);
  } catch (error) {
    if (!(error instanceof RuntsError)) throw error;
    context.warn(`image ${digest}: ${error.message}`);
  }
}

function add(set: Set<Digest>, digests: readonly Digest[]): void {
  for (const digest of digests) set.add(digest);
}

function blobsOf(context: StoreContext, chainId: Digest): Digest[] {
  const record = findLayer(context, chainId);
  return record === undefined ? [] : [record.digest];
}
