import { statSync } from 'node:fs';
import { RuntsError } from '../../errors.ts';
import { attempt } from '../../host/attempt.ts';
import { checked } from '../../host/checked.ts';
import { shortDigest } from '../digest.ts';
import type { ReportProgress } from '../progress.ts';
import { readDocument } from '../store/blobs.ts';
import type { StoreContext } from '../store/context.ts';
import { findImage, readNames } from '../store/images.ts';
import { withStage } from '../store/ingest.ts';
import { announce } from '../store/needs.ts';
import { readStored } from '../store/stored.ts';
import type { Descriptor, Digest } from '../types.ts';
import { blobBytes } from './blob.ts';
import { dockerFile, layoutFiles } from './layout.ts';
import type { LayoutFile, LayoutImage } from './layout.ts';
import { archiveSink, intoDirectory, intoFile } from './sink.ts';
import type { LayoutSink } from './sink.ts';

export interface SaveOptions {
  /** `docker`: an archive that has `manifest.json`, too, which `docker load` wants. */
  readonly format?: 'oci' | 'docker';
  readonly progress?: ReportProgress;
}

export interface SavedImage {
  /** Those that the layout has. */
  readonly names: readonly string[];
  /** Of the manifest. */
  readonly digest: Digest;
  /** Bytes of all blobs. */
  readonly size: number;
}

/** Where a layout goes. */
export type SaveTarget =
  | { readonly kind: 'directory' | 'archive'; readonly path: string }
  /** An archive, too. */
  | { readonly kind: 'descriptor'; readonly descriptor: number };

/** A path that is a directory, or ends in a slash, gets a layout in files, `-` standard output an archive, and any other path as well. */
export function saveTarget(text: string): SaveTarget {
  if (text === '') throw new RuntsError('INVALID_ARGUMENT', 'image: there is no name of a file to write');
  if (text === '-') return { kind: 'descriptor', descriptor: 1 };
  const isDirectory =
    text.endsWith('/') || attempt(() => checked(() => statSync(text)), 'ENOENT')?.isDirectory();
  return { kind: isDirectory === true ? 'directory' : 'archive', path: text };
}

/**
 * Writes an image as an OCI image layout, with the blobs that it was loaded with. The bytes of an archive depend on nothing else.
 * @throws {RuntsError} NOT_FOUND, STATE_CORRUPT for a blob that is missing or altered: nothing is left then.
 */
export async function save(
  context: StoreContext,
  name: string,
  target: SaveTarget,
  options: SaveOptions = {},
): Promise<SavedImage> {
  refuseFormat(target, options);
  return withStage(context, async (stage) => {
    const image = imageOf(context, name);
    const { manifest, descriptor } = image;
    const blobs = [descriptor, manifest.config, ...manifest.layers];
    await announce(context, stage, { blobs: blobs.map(({ digest }) => digest), layers: [] });
    const files =
      options.format === 'docker' ? [...layoutFiles(image), dockerFile(image)] : layoutFiles(image);
    await into(target, (sink) => writeFiles(context, files, sink, options.progress));
    return {
      names: image.names,
      digest: descriptor.digest,
      size: blobs.reduce((sum, { size }) => sum + size, 0),
    };
  });
}

function refuseFormat({ kind }: SaveTarget, { format }: SaveOptions): void {
  if (format !== 'docker' || kind !== 'directory') return;
  throw new RuntsError('INVALID_ARGUMENT', 'image: docker loads archives alone', {
    hint: 'name a file, or leave out --format docker',
  });
}

/** Of several names the one that was asked for; all of them for a digest. */
function imageOf(context: StoreContext, name: string): LayoutImage {
  const digest = findImage(context, name);
  const { manifest } = readStored(context, digest);
  const { length: size } = readDocument(context, digest);
  const named = readNames(context).filter((image) => image.digest === digest);
  const names = named.map((image) => image.name);
  const descriptor: Descriptor = { mediaType: manifest.mediaType, digest, size };
  return { names: names.includes(name) ? [name] : names, manifest, descriptor };
}

function into(target: SaveTarget, fill: (sink: LayoutSink) => Promise<void>): Promise<void> {
  if (target.kind === 'descriptor') return fill(archiveSink(target.descriptor));
  return target.kind === 'directory' ? intoDirectory(target.path, fill) : intoFile(target.path, fill);
}

async function writeFiles(
  context: StoreContext,
  files: readonly LayoutFile[],
  sink: LayoutSink,
  progress: ReportProgress | undefined,
): Promise<void> {
  for (const file of files) {
    if ('bytes' in file) await sink.write(file.path, file.bytes.length, only(file.bytes));
    else
      await sink.write(
        file.path,
        file.blob.size,
        counted(blobBytes(context, file.blob), file.blob, progress),
      );
  }
  await sink.finish();
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size }: Descriptor,
  progress: ReportProgress | undefined,
): AsyncGenerator<Uint8Array> {
  const part = shortDigest(digest);
  let done = 0;
  for await (const chunk of chunks) {
    done += chunk.length;
    progress?.({ part, done, size });
    yield chunk;
  }
}
