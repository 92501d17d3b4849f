import type { Descriptor, ImageConfig, Manifest, Platform, SourceImage, SourceLayer } from '../types.ts';
import { blobPath, missing, parseDocument, parseTyped, readBlob } from './documents.ts';
import { damaged } from './failure.ts';
import type { SourceFiles } from './files.ts';
import { compressionOf, isConfig } from './media-types.ts';
import { distance, formatPlatform } from './platform.ts';
import { configSchema, manifestSchema } from './schemas.ts';

/** The small documents of an image, verified. */
export interface ImageDocuments {
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
  readonly config: ImageConfig;
  readonly configBytes: Uint8Array;
}

export function readDocuments(files: SourceFiles, descriptor: Descriptor): ImageDocuments {
  const { mediaType, digest } = descriptor;
  const thing = `${files.name}: manifest ${digest}`;
  const manifestBytes = readBlob(files, descriptor);
  const document = parseTyped(manifestBytes, manifestSchema, mediaType, thing);
  const { config: described } = document;
  if (!isConfig(described.mediaType))
    throw damaged(thing, `is of no image that could run: its config is ${described.mediaType}`);
  const configBytes = readBlob(files, described);
  const config = parseConfig(
    configBytes,
    document.layers.length,
    `${files.name}: config ${described.digest}`,
  );
  requireSame(config, descriptor.platform, thing);
  return { manifest: { ...document, mediaType }, manifestBytes, config, configBytes };
}

/** The config of an image with so many layers: each of them has its digest there. */
export function parseConfig(bytes: Uint8Array, layers: number, thing: string): ImageConfig {
  const config = parseDocument(bytes, configSchema, thing);
  const { diff_ids } = config.rootfs;
  if (diff_ids.length === layers) return config;
  throw damaged(thing, `has diff ids of ${diff_ids.length} layers, the image ${layers}`);
}

/** Variants are written loosely, and are not compared. */
function requireSame(config: ImageConfig, said: Platform | undefined, thing: string): void {
  if (said === undefined) return;
  const [named, real] = [said, config].map(({ os, architecture }) => ({ os, architecture })) as [
    Platform,
    Platform,
  ];
  if (distance(named, real) !== undefined) return;
  throw damaged(
    thing,
    `is for ${formatPlatform(named)} as the index says, for ${formatPlatform(real)} by its config`,
  );
}

/** The image with its layers open; these are not read. */
export function openImage(
  files: SourceFiles,
  documents: ImageDocuments,
  names: readonly string[],
): SourceImage {
  const { manifest, config } = documents;
  const layers = manifest.layers.map((descriptor, at) => openLayer(files, descriptor, config, at));
  return { names, ...documents, layers };
}

function openLayer(
  files: SourceFiles,
  { mediaType, digest, size }: Descriptor,
  { rootfs }: ImageConfig,
  at: number,
): SourceLayer {
  const thing = `${files.name}: layer ${at + 1}`;
  const compression = compressionOf(mediaType);
  const diffId = rootfs.diff_ids[at];
  if (compression === undefined || diffId === undefined)
    throw damaged(thing, `${JSON.stringify(mediaType)} is not a media type of layers that runts reads`);
  const place = files.open(blobPath(digest));
  if (place === undefined) throw missing(`${thing}: blob ${digest}`, mediaType);
  if (place.size !== size)
    throw damaged(`${thing}: blob ${digest}`, `has ${place.size} bytes, its descriptor says ${size}`);
  return { place, compression, digest, diffId };
}
