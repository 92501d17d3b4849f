/** Media types of OCI's image specification (media-types.md) and the same things of docker's. */
import type { Compression } from '../types.ts';

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const CONFIG = 'application/vnd.oci.image.config.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';

const LAYER = 'application/vnd.oci.image.layer.v1.tar';

const INDEXES: ReadonlySet<string> = new Set([
  INDEX,
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);
const MANIFESTS: ReadonlySet<string> = new Set([
  MANIFEST,
  'application/vnd.docker.distribution.manifest.v2+json',
]);
const CONFIGS: ReadonlySet<string> = new Set([CONFIG, 'application/vnd.docker.container.image.v1+json']);

const LAYERS: ReadonlyMap<string, Compression> = new Map([
  [LAYER, 'none'],
  [`${LAYER}+gzip`, 'gzip'],
  [`${LAYER}+zstd`, 'zstd'],
  // Deprecated, and still to be taken.
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', 'none'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', 'gzip'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', 'zstd'],
  ['application/vnd.docker.image.rootfs.diff.tar', 'none'],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'gzip'],
  ['application/vnd.docker.image.rootfs.diff.tar.zstd', 'zstd'],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar', 'none'],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'gzip'],
]);

const MEDIA_TYPES: Readonly<Record<Compression, string>> = {
  none: LAYER,
  gzip: `${LAYER}+gzip`,
  zstd: `${LAYER}+zstd`,
};

export const isIndex = (mediaType: string): boolean => INDEXES.has(mediaType);
export const isManifest = (mediaType: string): boolean => MANIFESTS.has(mediaType);
export const isConfig = (mediaType: string): boolean => CONFIGS.has(mediaType);

/** Docker's first form of manifests, which has no digests of what is packed. */
export const isSchema1 = (mediaType: string): boolean =>
  mediaType.startsWith('application/vnd.docker.distribution.manifest.v1+');

/** Layers that registries do not keep: layouts may lack them. */
export const isForeign = (mediaType: string): boolean => /\.(nondistributable|foreign)\./.test(mediaType);

/** How the blob of a layer is packed; undefined for what is no layer. */
export const compressionOf = (mediaType: string): Compression | undefined => LAYERS.get(mediaType);

export const layerMediaType = (compression: Compression): string => MEDIA_TYPES[compression];
