import { checkTogether } from '../layer/budget.ts';
import { digestOf } from '../source/documents.ts';
import { about } from '../tar/refusal.ts';
import type { ChunkBuffers } from '../chunks.ts';
import { unpackBuffers } from '../unpack.ts';
import type { Digest, SourceImage, SourceLayer } from '../types.ts';
import { chainIds } from './chain.ts';
import type { StoreContext } from './context.ts';
import { withStages } from './ingest.ts';
import type { Stage } from './ingest.ts';
import type { LoadedImage, LoadedLayer, LoadOptions } from './load.ts';
import { announce } from './needs.ts';
import { diffOf } from './paths.ts';
import { publish } from './publish.ts';
import { stageLayer } from './stage-layer.ts';
import type { StagedLayer } from './stage-layer.ts';

export interface ImageLoad extends LoadOptions {
  /** What messages call the source. */
  readonly source: string;
}

/** One image: its layers one after the other, then all of it at once becomes the store's. */
export async function loadImage(
  context: StoreContext,
  stage: Stage,
  image: SourceImage,
  options: ImageLoad,
): Promise<LoadedImage> {
  const chain = chainIds(image.config.rootfs.diff_ids);
  await announce(context, stage, { layers: chain, blobs: knownBlobs(image) });
  const buffers = unpackBuffers();
  return withStages(async (stages) => {
    const layers: StagedLayer[] = [];
    for (const [at, layer] of image.layers.entries()) {
      const next = { layer, layers, chainId: chain[at]!, of: chain.length, buffers };
      const staged = await stageNext(context, stage, next, options);
      if (staged.stage !== undefined) stages.push(staged.stage);
      layers.push(staged);
      requireBounded(layers, options);
    }
    const digest = await publish(context, stage, image, layers);
    return { names: image.names, digest, layers: layers.map(loadedLayer) };
  });
}

function knownBlobs({ manifestBytes, configBytes, layers }: SourceImage): Digest[] {
  const documents = [configBytes, manifestBytes].filter((bytes) => bytes !== undefined);
  const packed = layers.map(({ digest }) => digest).filter((digest) => digest !== undefined);
  return [...documents.map(digestOf), ...packed];
}

interface Next {
  readonly layer: SourceLayer;
  readonly chainId: Digest;
  /** Those below it, and how many there are in all. */
  readonly layers: readonly StagedLayer[];
  readonly of: number;
  readonly buffers: ChunkBuffers;
}

async function stageNext(
  context: StoreContext,
  stage: Stage,
  { layer, chainId, layers, of, buffers }: Next,
  { budget, progress, source }: ImageLoad,
): Promise<StagedLayer> {
  context.signal?.throwIfAborted();
  const number = layers.length + 1;
  const part = { part: `layer ${number} of ${of}`, size: layer.place.size };
  progress?.({ ...part, done: 0 });
  const staged = await stageLayer(context, stage, layer, {
    name: `${source}: layer ${number}`,
    chainId,
    buffers,
    lower: layers.map(({ directory }) => diffOf(directory)).reverse(),
    progress: (done) => progress?.({ ...part, done }),
    ...(budget !== undefined && { budget }),
  });
  progress?.({
    ...part,
    done: part.size,
    outcome: staged.stage === undefined ? 'there already' : 'unpacked',
  });
  return staged;
}

function requireBounded(layers: readonly StagedLayer[], { budget, source }: ImageLoad): void {
  const fresh = layers.filter(({ stage }) => stage !== undefined);
  const blobs = new Map(fresh.map(({ packed: { digest, size } }) => [digest, size]));
  const unpacked = fresh.reduce((sum, { unpacked: bytes = 0 }) => sum + bytes, 0);
  const packed = [...blobs.values()].reduce((sum, size) => sum + size, 0);
  try {
    checkTogether(budget, { unpacked, packed });
  } catch (error) {
    throw about(`${source}: layer ${layers.length}`, error);
  }
}

function loadedLayer({ chainId, packed: { digest, size }, stage }: StagedLayer): LoadedLayer {
  return { chainId, digest, size, isNew: stage !== undefined };
}
