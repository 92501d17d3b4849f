/** What `docker save` writes: manifest.json, configs and layers, in an archive. */
import { readSync } from 'node:fs';
import { digestFrom } from '../digest.ts';
import type { BlobPlace, Compression, Digest, ImageConfig, SourceImage, SourceLayer } from '../types.ts';
import { digestOf, parseDocument } from './documents.ts';
import { damaged } from './failure.ts';
import type { SourceFiles } from './files.ts';
import { parseConfig } from './image.ts';
import type { Wanted } from './layout.ts';
import { dockerSchema } from './schemas.ts';
import type { DockerImage } from './schemas.ts';
import { selectPlatform } from './select.ts';

export const DOCKER_FILE = 'manifest.json';

/** All images of the archive, or the one that is wanted. */
export function readDockerArchive(files: SourceFiles, wanted: Wanted): SourceImage[] {
  const thing = `${files.name}: ${DOCKER_FILE}`;
  const bytes = files.read(DOCKER_FILE);
  if (bytes === undefined) throw damaged(thing, 'is not there');
  const images = parseDocument(bytes, dockerSchema, thing);
  if (images.length === 0) throw damaged(thing, 'names no image');
  return choose(files, images, wanted.ref).map((image) => openDockerImage(files, image, wanted));
}

/** A name without a tag means `latest` in these archives, whose names always have one. */
function choose(
  { name }: SourceFiles,
  images: readonly DockerImage[],
  ref: string | undefined,
): readonly DockerImage[] {
  if (ref === undefined) return images;
  const chosen = images.find(({ RepoTags }) =>
    RepoTags.some((tag) => tag === ref || tag === `${ref}:latest`),
  );
  if (chosen !== undefined) return [chosen];
  const there = images.flatMap(({ RepoTags }) => RepoTags);
  const what = there.length === 0 ? 'none with a name' : there.join(', ');
  throw damaged(name, `has no image ${JSON.stringify(ref)}: there is ${what}`);
}

function openDockerImage(
  files: SourceFiles,
  { Config, RepoTags, Layers }: DockerImage,
  { platform, ref }: Wanted,
): SourceImage {
  const thing = `${files.name}: ${Config}`;
  const configBytes = files.read(Config);
  if (configBytes === undefined) throw damaged(thing, 'is not there');
  requireNamed(Config, configBytes, thing);
  const config = parseConfig(configBytes, Layers.length, thing);
  selectPlatform([{ platform: config, item: config }], platform, RepoTags[0] ?? files.name);
  const layers = Layers.map((path, at) => openLayer(files, path, config, at));
  const names =
    ref === undefined ? RepoTags : RepoTags.filter((tag) => tag === ref || tag === `${ref}:latest`);
  return { names, config, configBytes, manifest: undefined, manifestBytes: undefined, layers };
}

/** The file of a config is named by its digest. */
function requireNamed(path: string, bytes: Uint8Array, thing: string): void {
  const [, hex] = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(path) ?? [];
  if (hex === undefined) return;
  const found: Digest = digestOf(bytes);
  if (found !== digestFrom(hex)) throw damaged(thing, `has been altered: its digest is ${found}`);
}

function openLayer(files: SourceFiles, path: string, { rootfs }: ImageConfig, at: number): SourceLayer {
  const thing = `${files.name}: layer ${at + 1}`;
  const place = files.open(path);
  const diffId = rootfs.diff_ids[at];
  if (place === undefined || diffId === undefined) throw damaged(thing, `${path} is not there`);
  return { place, compression: sniff(place), diffId };
}

const MAGICS: readonly (readonly [Compression, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/** By the first bytes, where nothing says how something is packed. */
export function sniff({ descriptor, offset, size }: BlobPlace): Compression {
  const head = new Uint8Array(Math.min(4, size));
  const count = readSync(descriptor, head, 0, head.length, offset);
  const found = MAGICS.find(([, magic]) => magic.every((byte, at) => at < count && head[at] === byte));
  return found?.[0] ?? 'none';
}
