import { formatJson } from '../../spec/json-format.ts';
import { digestOf } from '../source/documents.ts';
import { CONFIG, layerMediaType, MANIFEST } from '../source/media-types.ts';
import type { Descriptor, SourceImage } from '../types.ts';
import type { StagedLayer } from './stage-layer.ts';

/** The manifest of an image that came without one: docker's archives know configs and layers alone. */
export function manifestFor({ configBytes }: SourceImage, layers: readonly StagedLayer[]): Uint8Array {
  const config: Descriptor = { mediaType: CONFIG, digest: digestOf(configBytes), size: configBytes.length };
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config,
    layers: layers.map(({ packed: { compression, digest, size } }): Descriptor => {
      return { mediaType: layerMediaType(compression), digest, size };
    }),
  };
  return new TextEncoder().encode(formatJson(manifest));
}
