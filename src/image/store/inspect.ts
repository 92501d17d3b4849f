import { formatPlatform } from '../source/platform.ts';
import type { Descriptor, Digest, ImageConfig, Manifest } from '../types.ts';
import type { StoreContext } from './context.ts';
import { findImage, readNames } from './images.ts';
import { findLayer } from './layers.ts';
import { diffOf, layerDirectory } from './paths.ts';
import { readStored } from './stored.ts';
import { readUses } from './uses.ts';

/** All that is known of an image. */
export interface InspectedImage {
  readonly names: readonly string[];
  /** Of the manifest. */
  readonly digest: Digest;
  readonly platform: string;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  /** The lowest first. */
  readonly layers: readonly InspectedLayer[];
  /** Directories of bundles and containers. */
  readonly usedBy: readonly string[];
}

/** A layer, with what its manifest says of it; `size` are the bytes of the packed one. */
export interface InspectedLayer extends Descriptor {
  readonly chainId: Digest;
  readonly diffId: Digest;
  /** What overlayfs gets; undefined, as what follows, for a layer that is not there. */
  readonly directory?: string;
  /** What was unpacked: files' content, names and attributes. */
  readonly bytes?: number;
  readonly entries?: number;
}

/** @throws {RuntsError} NOT_FOUND, INVALID_ARGUMENT for the beginning of several digests, STATE_CORRUPT. */
export function inspectImage(context: StoreContext, name: string): InspectedImage {
  const digest = findImage(context, name);
  const { manifest, config, chainIds } = readStored(context, digest);
  const names = readNames(context).filter((image) => image.digest === digest);
  const uses = readUses(context).filter(({ image }) => image === digest);
  return {
    names: names.map((image) => image.name),
    digest,
    platform: formatPlatform(config),
    manifest,
    config,
    layers: manifest.layers.map((layer, at) => ({
      ...layer,
      diffId: config.rootfs.diff_ids[at]!,
      ...unpacked(context, chainIds[at]!),
    })),
    usedBy: uses.map(({ directory }) => directory),
  };
}

function unpacked(
  context: StoreContext,
  chainId: Digest,
): Pick<InspectedLayer, 'chainId' | 'directory' | 'bytes' | 'entries'> {
  const record = findLayer(context, chainId);
  if (record === undefined) return { chainId };
  const { bytes, entries } = record;
  return { chainId, directory: diffOf(layerDirectory(context.paths, chainId)), bytes, entries };
}
