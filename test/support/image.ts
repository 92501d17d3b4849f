/** Images made in tests: layers, documents, and the layouts and archives that hold them. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { TestContext } from 'vitest';
import type { Compression, Descriptor, Digest, Platform } from '../../src/image/types.ts';

export interface TestLayer {
  readonly diffId: Digest;
  readonly archive: Buffer;
  readonly blob: Buffer;
  readonly compression: Compression;
}

export interface TestImage {
  readonly layers: readonly TestLayer[];
  readonly config: Buffer;
  readonly manifest: Buffer;
  readonly platform: Platform;
}

export const OCI = 'application/vnd.oci.image';
export const MANIFEST_TYPE = `${OCI}.manifest.v1+json`;
export const INDEX_TYPE = `${OCI}.index.v1+json`;

export const sha256 = (bytes: Buffer | string): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** A directory that goes with the test. */
export function scratch(context: Pick<TestContext, 'onTestFinished'>): string {
  const directory = mkdtempSync(join(tmpdir(), 'runts-image-'));
  context.onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** An archive of these files, as GNU tar writes it. */
export function archiveOf(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'runts-archive-'));
  try {
    writeFiles(directory, files);
    const names = Object.keys(files);
    const options = ['--create', '--owner=0', '--group=0', '--mtime=@1000000000', '--directory', directory];
    return execFileSync('tar', [...options, '--', ...names], { maxBuffer: 2 ** 30 });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function writeFiles(directory: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(directory, dirname(name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}

export function layerOf(
  files: Readonly<Record<string, string | Buffer>>,
  compression: 'none' | 'gzip' = 'gzip',
): TestLayer {
  return layerOfArchive(archiveOf(files), compression);
}

export function layerOfArchive(archive: Buffer, compression: 'none' | 'gzip' = 'gzip'): TestLayer {
  const blob = compression === 'gzip' ? gzipSync(archive) : archive;
  return { diffId: sha256(archive), archive, blob, compression };
}

export interface ImageChange {
  readonly platform?: Platform;
  /** Over what the documents have otherwise. */
  readonly config?: object;
  readonly manifest?: object;
}

const SUFFIX: Readonly<Record<Compression, string>> = { none: '', gzip: '+gzip', zstd: '+zstd' };

export const AMD64: Platform = { os: 'linux', architecture: 'amd64' };

export function imageOf(layers: readonly TestLayer[], change: ImageChange = {}): TestImage {
  const { platform = AMD64 } = change;
  const diff_ids = layers.map(({ diffId }) => diffId);
  const config = json({ ...platform, rootfs: { type: 'layers', diff_ids }, ...change.config });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptorOf(config, `${OCI}.config.v1+json`),
    layers: layers.map(({ blob, compression }) =>
      descriptorOf(blob, `${OCI}.layer.v1.tar${SUFFIX[compression]}`),
    ),
    ...change.manifest,
  });
  return { layers, config, manifest, platform };
}

export function descriptorOf(bytes: Buffer, mediaType: string, more: Partial<Descriptor> = {}): Descriptor {
  return { mediaType, digest: sha256(bytes), size: bytes.length, ...more };
}

export interface Entry {
  readonly image: TestImage;
  readonly name?: string;
  /** Whether the index says what the image is for. */
  readonly says?: boolean;
}

export function entryOf({ image, name, says = false }: Entry): Descriptor {
  const annotations = name === undefined ? undefined : { 'org.opencontainers.image.ref.name': name };
  return descriptorOf(image.manifest, MANIFEST_TYPE, {
    ...(says && { platform: image.platform }),
    ...(annotations && { annotations }),
  });
}

export const blobName = (bytes: Buffer): string => `blobs/${sha256(bytes).replace(':', '/')}`;

/** The files of an OCI layout with these images and further blobs. */
export function layoutOf(
  entries: readonly Entry[],
  { index = entries.map(entryOf), blobs = [] as readonly Buffer[] } = {},
): Record<string, Buffer> {
  const images = entries.flatMap(({ image: { config, manifest, layers } }) => [
    config,
    manifest,
    ...layers.map(({ blob }) => blob),
  ]);
  return {
    'oci-layout': json({ imageLayoutVersion: '1.0.0' }),
    'index.json': json({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: index }),
    ...Object.fromEntries([...images, ...blobs].map((blob) => [blobName(blob), blob])),
  };
}

const hex = (digest: Digest): string => digest.slice('sha256:'.length);

/** The files of what `docker save` writes. */
export function dockerOf(image: TestImage, tags: readonly string[]): Record<string, Buffer> {
  const Config = `${hex(sha256(image.config))}.json`;
  const Layers = image.layers.map(({ diffId }) => `${hex(diffId)}/layer.tar`);
  return {
    'manifest.json': json([{ Config, RepoTags: tags, Layers }]),
    [Config]: image.config,
    ...Object.fromEntries(image.layers.map(({ blob }, at) => [Layers[at]!, blob])),
  };
}
