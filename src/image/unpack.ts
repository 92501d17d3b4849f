import { toHostError } from '../host/checked.ts';
import { hostFailed } from '../host/failure.ts';
import { HostError } from '../host/host.ts';
import { type Applying, applying } from './applying.ts';
import { type ChunkBuffers, type Chunks, blobChunks } from './chunks.ts';
import { digestFrom } from './digest.ts';
import { type LayerBudget, mostUnpacked } from './layer/budget.ts';
import { type Batch, actionEncoder } from './layer/encode.ts';
import { type LayerSummary, layerJudge } from './layer/judge.ts';
import { layerFunctions } from './native.ts';
import { tarReader } from './tar/reader.ts';
import { about, damaged } from './tar/refusal.ts';
import type { Digest, SourceLayer } from './types.ts';

export interface UnpackOptions extends SourceLayer {
  /** What errors and warnings call the layer. */
  readonly name: string;
  /** Of the layer: empty, and its owner's alone. */
  readonly directory: string;
  /** Those of the layers below, the topmost first. */
  readonly lower: readonly string[];
  /** A file that gets the blob's own bytes; its offset counts for nothing. */
  readonly copy?: number;
  readonly budget?: Partial<LayerBudget>;
  /** Of {@link unpackBuffers}; layers that are unpacked one after the other may have the same. */
  readonly buffers?: ChunkBuffers;
  /** Aborted, the promise rejects with its reason once nothing uses directory, copy and place any more. */
  readonly signal?: AbortSignal;
  readonly warn?: (message: string) => void;
  /** Gets the bytes of the blob that were read so far. */
  readonly progress?: (bytes: number) => void;
}

export interface UnpackedLayer extends LayerSummary {
  /** Of the blob's bytes. */
  readonly digest: Digest;
  readonly diffId: Digest;
}

/** Of a buffer: large enough that handing it on costs little, and small enough that all jobs have one. */
const BUFFER_BYTES = 512 * 1024;
/** Batches that wait for being applied, or are; each holds a buffer. */
const BATCHES = 4;
/** Beside these, one is parsed and the others are filled or hashed. */
const BUFFERS = BATCHES + 4;

export const unpackBuffers = (): ChunkBuffers =>
  Array.from({ length: BUFFERS }, () => new Uint8Array(BUFFER_BYTES));

/**
 * Unpacks a layer in overlayfs's form. What is in the directory is of use only where the promise is fulfilled: then the blob has the digest that
 * it should have, and its content the diff id. Nothing is synced.
 *
 * Four jobs go on at a time: one thread reads and inflates, one hashes what was inflated, this one judges, and one applies.
 * @throws {RuntsError} INVALID_ARGUMENT, TOO_LARGE and UNSUPPORTED for what is refused or damaged; HOST_FAILED.
 */
export async function unpackLayer(options: UnpackOptions): Promise<UnpackedLayer> {
  options.signal?.throwIfAborted();
  try {
    return await unpack(options);
  } catch (error) {
    throw about(options.name, failure(error));
  }
}

async function unpack(options: UnpackOptions): Promise<UnpackedLayer> {
  const native = layerFunctions();
  const copies = mostUnpacked(options.budget, options.place.size);
  const batches = applying(native, { ...options, copies, atOnce: BATCHES });
  try {
    const chunks = blobChunks(native, { ...options, buffers: options.buffers ?? unpackBuffers() });
    try {
      const summary = await pump(options, chunks, batches);
      const digests = verified(options, chunks.digests());
      await batches.finish();
      return { ...summary, ...digests };
    } finally {
      chunks.close();
    }
  } finally {
    await batches.close();
  }
}

async function pump(options: UnpackOptions, chunks: Chunks, batches: Applying): Promise<LayerSummary> {
  const parser = layerParser(options);
  for (;;) {
    const chunk = await chunks.next();
    options.signal?.throwIfAborted();
    if (chunk === undefined) break;
    parser.push(chunk);
    await batches.add(parser.take(), () => chunks.giveBack(chunk));
    options.progress?.(chunks.position());
  }
  const summary = parser.end();
  await batches.add(parser.take(), () => undefined);
  return summary;
}

interface LayerParser {
  push(chunk: Uint8Array): void;
  /** What was pushed since, as actions. */
  take(): Batch;
  end(): LayerSummary;
}

/** Archive, policy and encoding in one. */
function layerParser({ place, budget, warn }: UnpackOptions): LayerParser {
  const encoder = actionEncoder();
  const judge = layerJudge({
    emit: (action) => encoder.action(action),
    packed: place.size,
    ...(budget !== undefined && { budget }),
    ...(warn !== undefined && { warn }),
  });
  let isWanted = false;
  const reader = tarReader({
    entry(entry) {
      isWanted = judge.entry(entry);
    },
    content(bytes) {
      if (isWanted) encoder.content(bytes);
    },
  });
  return {
    push(chunk) {
      judge.read(chunk.length);
      reader.push(chunk);
    },
    take: () => encoder.take(),
    end() {
      reader.end();
      return judge.end();
    },
  };
}

/** The digests, if they are what they should be. */
function verified(
  { digest, diffId }: UnpackOptions,
  read: { readonly blob: string; readonly content: string },
): Pick<UnpackedLayer, 'digest' | 'diffId'> {
  const [blob, content] = [digestFrom(read.blob), digestFrom(read.content)];
  if (digest !== undefined && blob !== digest)
    throw damaged(`the blob is ${blob}, and not ${digest} as the manifest says`);
  if (content !== diffId)
    throw damaged(`what is packed in it is ${content}, and not ${diffId} as the image's config says`);
  return { digest: blob, diffId };
}

/** Errors of the addon about the blob; all others are runts' own already. */
function failure(error: unknown): unknown {
  const found = toHostError(error);
  if (!(found instanceof HostError)) return found;
  return found.errno === 'EBADMSG' ? damaged(found.message) : hostFailed(found, 'the blob');
}
