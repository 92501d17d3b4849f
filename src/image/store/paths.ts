import { hexOf } from '../digest.ts';
import type { Digest } from '../types.ts';

/** Where things are in a store; all are absolute paths. */
export interface StorePaths {
  readonly directory: string;
  /** Held while names change, and while it is found out what nothing uses. */
  readonly lock: string;
  /** Names of images. */
  readonly images: string;
  readonly blobs: string;
  readonly layers: string;
  /** Containers made from images, each with a directory of its id. */
  readonly containers: string;
  /** What uses layers from outside. */
  readonly uses: string;
  /** What is not finished; nothing there counts. */
  readonly ingest: string;
}

export const DEFAULT_STORE = '/var/lib/runts';

export function storePaths(directory: string): StorePaths {
  return {
    directory,
    lock: `${directory}/lock`,
    images: `${directory}/images.json`,
    blobs: `${directory}/blobs/sha256`,
    layers: `${directory}/layers`,
    containers: `${directory}/containers`,
    uses: `${directory}/uses`,
    ingest: `${directory}/ingest`,
  };
}

export const blobFile = ({ blobs }: StorePaths, digest: Digest): string => `${blobs}/${hexOf(digest)}`;

/** Of a chain id. */
export const layerDirectory = ({ layers }: StorePaths, chainId: Digest): string =>
  `${layers}/${hexOf(chainId)}`;

/** What overlayfs gets, of a directory that {@link layerDirectory} gives. */
export const diffOf = (layer: string): string => `${layer}/diff`;

export const recordOf = (layer: string): string => `${layer}/layer.json`;
