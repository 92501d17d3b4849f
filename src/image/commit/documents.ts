import { formatJson } from '../../spec/json-format.ts';
import { digestOf } from '../source/documents.ts';
import { compressionOf, CONFIG, isForeign, layerMediaType, MANIFEST } from '../source/media-types.ts';
import type { Descriptor, ImageConfig, ImageHistory, Manifest } from '../types.ts';
import { withChange } from './change.ts';
import type { PackedLayer } from './pack.ts';

export interface CommitTexts {
  /** RFC 3339. */
  readonly created: string;
  readonly author?: string;
  readonly message?: string;
  /** Instructions, each as {@link withChange} takes it. */
  readonly changes?: readonly string[];
}

export interface BaseDocuments {
  readonly manifest: Manifest;
  /** With all that it says, known or not. */
  readonly config: ImageConfig;
}

export interface CommittedDocuments {
  readonly manifest: Manifest;
  readonly manifestBytes: Uint8Array;
  readonly config: ImageConfig;
  readonly configBytes: Uint8Array;
}

/** The documents of an image with one more layer, or with nothing but its history where nothing was changed. */
export function committedDocuments(
  base: BaseDocuments,
  layer: PackedLayer | undefined,
  texts: CommitTexts,
): CommittedDocuments {
  const config = configWith(base.config, layer, texts);
  const configBytes = bytesOf(config);
  const manifest: Manifest = {
    mediaType: MANIFEST,
    config: { mediaType: CONFIG, digest: digestOf(configBytes), size: configBytes.length },
    layers: [...base.manifest.layers.map(asOci), ...(layer === undefined ? [] : [descriptorOf(layer)])],
    ...(base.manifest.annotations && { annotations: base.manifest.annotations }),
  };
  return { manifest, manifestBytes: bytesOf({ schemaVersion: 2, ...manifest }), config, configBytes };
}

function configWith(base: ImageConfig, layer: PackedLayer | undefined, texts: CommitTexts): ImageConfig {
  const { created, author, changes = [] } = texts;
  const { diff_ids } = base.rootfs;
  // Each layer has an entry there, also those of an image that told of none.
  const before = base.history ?? diff_ids.map((): ImageHistory => ({}));
  return {
    ...base,
    created,
    ...(author !== undefined && { author }),
    ...(changes.length > 0 && { config: changes.reduce(withChange, base.config ?? {}) }),
    rootfs: { type: 'layers', diff_ids: layer === undefined ? diff_ids : [...diff_ids, layer.diffId] },
    history: [...before, historyOf(layer, texts)],
  };
}

function historyOf(layer: PackedLayer | undefined, { created, author, message }: CommitTexts): ImageHistory {
  return {
    created,
    created_by: 'runts image commit',
    ...(author !== undefined && { author }),
    ...(message !== undefined && { comment: message }),
    ...(layer === undefined && { empty_layer: true }),
  };
}

/** Docker's manifests call the same things by other names, and one manifest has those of one kind. */
function asOci(layer: Descriptor): Descriptor {
  const compression = compressionOf(layer.mediaType);
  if (compression === undefined || isForeign(layer.mediaType)) return layer;
  return { ...layer, mediaType: layerMediaType(compression) };
}

function descriptorOf({ digest, size }: PackedLayer): Descriptor {
  return { mediaType: layerMediaType('gzip'), digest, size };
}

function bytesOf(document: object): Uint8Array {
  return new TextEncoder().encode(formatJson(document));
}
