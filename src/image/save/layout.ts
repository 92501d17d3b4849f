import { INDEX } from '../source/media-types.ts';
import type { Descriptor, Manifest } from '../types.ts';
import { formatJson } from '../../spec/json-format.ts';

/** A file of a layout: the bytes themselves, or a blob of the store. */
export type LayoutFile =
  | { readonly path: string; readonly bytes: Uint8Array }
  | { readonly path: string; readonly blob: Descriptor };

export interface LayoutImage {
  readonly names: readonly string[];
  readonly manifest: Manifest;
  /** That of the manifest's bytes. */
  readonly descriptor: Descriptor;
}

/** The annotation that names an image of an index (annotations.md). */
const REF_NAME = 'org.opencontainers.image.ref.name';

/** An OCI image layout of one image (image-layout.md), its files in the order of their paths. */
export function layoutFiles(image: LayoutImage): LayoutFile[] {
  const { manifest, descriptor } = image;
  const blobs = [descriptor, manifest.config, ...manifest.layers];
  const byPath = new Map(blobs.map((blob) => [pathOf(blob), blob]));
  const files = [...byPath].map(([path, blob]): LayoutFile => ({ path, blob }));
  return [
    ...files,
    json('index.json', indexOf(image)),
    json('oci-layout', { imageLayoutVersion: '1.0.0' }),
  ].sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** What an archive has beside these for `docker load`. */
export function dockerFile({ names, manifest }: LayoutImage): LayoutFile {
  return json('manifest.json', [
    { Config: pathOf(manifest.config), RepoTags: names.flatMap(tagged), Layers: manifest.layers.map(pathOf) },
  ]);
}

/** An image with several names has an entry for each, and one without any has one as well. */
function indexOf({ names, descriptor }: LayoutImage): object {
  const named = names.map((name) => ({
    ...descriptor,
    annotations: { ...descriptor.annotations, [REF_NAME]: name },
  }));
  return { schemaVersion: 2, mediaType: INDEX, manifests: named.length === 0 ? [descriptor] : named };
}

const pathOf = ({ digest }: Descriptor): string => `blobs/${digest.replace(':', '/')}`;

/** Docker wants a tag, and nothing else of a name that it would not take. */
function tagged(name: string): string[] {
  if (!/^[a-z0-9./_-]+(:\d+\/[a-z0-9./_-]+)?(:[\w.-]+)?$/.test(name)) return [];
  return [/:[^/]+$/.test(name) ? name : `${name}:latest`];
}

function json(path: string, value: object): LayoutFile {
  return { path, bytes: new TextEncoder().encode(formatJson(value)) };
}
