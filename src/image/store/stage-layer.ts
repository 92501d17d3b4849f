/** One layer of an image on its way into the store. */
import { closeSync, constants, mkdirSync, openSync } from 'node:fs';
import type { LayerBudget } from '../layer/budget.ts';
import type { ChunkBuffers } from '../chunks.ts';
import { hexOf } from '../digest.ts';
import { unpackLayer } from '../unpack.ts';
import type { Compression, Digest, SourceLayer } from '../types.ts';
import { copyBlob } from './copy-blob.ts';
import { hasBlob } from './blobs.ts';
import type { StagedBlob } from './blobs.ts';
import type { StoreContext } from './context.ts';
import { openStage } from './ingest.ts';
import type { Stage } from './ingest.ts';
import { findLayer, writeLayerRecord } from './layers.ts';
import { diffOf, layerDirectory } from './paths.ts';

/** A layer that is in the store, or all that will make it so. */
export interface StagedLayer {
  readonly chainId: Digest;
  /** Its directory, wherever that is now. */
  readonly directory: string;
  /** Where it was unpacked; undefined for one that was there. */
  readonly stage?: Stage;
  /** Bytes that were unpacked there. */
  readonly unpacked?: number;
  /** What it is packed as. */
  readonly packed: PackedLayer;
  /** That, where it is not in the store. */
  readonly blob?: StagedBlob;
}

export interface PackedLayer {
  readonly compression: Compression;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

export interface LayerOptions {
  /** What messages call it. */
  readonly name: string;
  readonly chainId: Digest;
  /** Directories of overlayfs for the layers below, the topmost first. */
  readonly lower: readonly string[];
  readonly budget?: Partial<LayerBudget>;
  readonly buffers: ChunkBuffers;
  /** Bytes of the blob that were read. */
  readonly progress?: (bytes: number) => void;
}

/** Takes a layer that is there, also one that another process is just unpacking; else unpacks it. */
export async function stageLayer(
  context: StoreContext,
  load: Stage,
  layer: SourceLayer,
  options: LayerOptions,
): Promise<StagedLayer> {
  const there = await takeLayer(context, load, layer, options);
  if (there !== undefined) return there;
  const stage = await openStage(context, hexOf(options.chainId));
  let meanwhile: StagedLayer | undefined;
  try {
    meanwhile = await takeLayer(context, load, layer, options);
    if (meanwhile === undefined) return await unpack(context, stage, layer, options);
  } catch (error) {
    // What went wrong first is what is told.
    await stage.discard().catch(() => {});
    throw error;
  }
  await stage.discard();
  return meanwhile;
}

/**
 * The same layer may come packed in another way: then that blob is kept too, once it is known that it holds what the image
 * says.
 */
async function takeLayer(
  context: StoreContext,
  load: Stage,
  layer: SourceLayer,
  { chainId, name }: LayerOptions,
): Promise<StagedLayer | undefined> {
  const record = findLayer(context, chainId);
  if (record === undefined) return undefined;
  const taken = { chainId, directory: layerDirectory(context.paths, chainId) };
  const { digest = record.digest, compression } = layer;
  if (digest === record.digest && hasBlob(context, digest)) return { ...taken, packed: record };
  const blob = await copyBlob(context, load, layer, name);
  return { ...taken, packed: { ...blob, compression }, blob };
}

async function unpack(
  context: StoreContext,
  stage: Stage,
  layer: SourceLayer,
  { chainId, ...options }: LayerOptions,
): Promise<StagedLayer> {
  const directory = `${stage.directory}/layer`;
  for (const made of [directory, diffOf(directory)]) mkdirSync(made, { mode: 0o700 });
  const path = `${stage.directory}/blob`;
  const copy = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    const { signal, warn } = context;
    const { digest, diffId, ...summary } = await unpackLayer({
      ...layer,
      ...options,
      directory: diffOf(directory),
      copy,
      warn,
      ...(signal !== undefined && { signal }),
    });
    const { compression, place } = layer;
    const packed = { compression, digest, size: place.size };
    writeLayerRecord(directory, { chainId, diffId, ...packed, ...summary });
    const blob = { digest, path, size: place.size };
    return { chainId, directory, stage, unpacked: summary.bytes, packed, blob };
  } finally {
    closeSync(copy);
  }
}
