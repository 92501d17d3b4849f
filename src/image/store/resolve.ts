import type { Digest, ImageConfig, Manifest } from '../types.ts';
import type { StoreContext } from './context.ts';
import { findImage, readNames } from './images.ts';
import { requireLayer } from './layers.ts';
import { diffOf, layerDirectory } from './paths.ts';
import { readStored } from './stored.ts';

/** An image as containers are made of it. */
export interface StoredImage {
  /** All its names. */
  readonly names: readonly string[];
  /** Of the manifest. */
  readonly digest: Digest;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  /** Of all layers, the lowest first. */
  readonly chainIds: readonly Digest[];
  /** Directories of overlayfs that are to be seen, absolute, the topmost first: none below one that hides all others. */
  readonly layers: readonly string[];
}

/**
 * The image of a name, a digest or its beginning.
 * @throws {RuntsError} NOT_FOUND, INVALID_ARGUMENT for a beginning of several, STATE_CORRUPT for one that is not whole.
 */
export function resolveImage(context: StoreContext, name: string): StoredImage {
  const digest = findImage(context, name);
  const stored = readStored(context, digest);
  const names = readNames(context)
    .filter((image) => image.digest === digest)
    .map((image) => image.name);
  return { names, ...stored, layers: visibleLayers(context, stored.chainIds) };
}

function visibleLayers(context: StoreContext, chainIds: readonly Digest[]): string[] {
  const records = chainIds.map((chainId) => requireLayer(context, chainId)).reverse();
  const last = records.findIndex(({ opaque }) => opaque);
  const visible = last === -1 ? records : records.slice(0, last + 1);
  return visible.map(({ chainId }) => diffOf(layerDirectory(context.paths, chainId)));
}
