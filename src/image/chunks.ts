import type { BlobReader, LayerFunctions } from './native.ts';
import type { BlobPlace, Compression } from './types.ts';

export interface ChunksOptions {
  readonly place: BlobPlace;
  readonly compression: Compression;
  /** Gets the blob's own bytes. */
  readonly copy?: number;
  /** Nobody else's until the chunks are closed. */
  readonly buffers: ChunkBuffers;
}

/** What chunks lie in; those of one blob after the other may. */
export type ChunkBuffers = readonly Uint8Array[];

/** What is packed in a blob, read ahead. */
export interface Chunks {
  /** The next bytes, which stay until they are given back; undefined: the end. Not while all buffers are out. */
  next(): Promise<Uint8Array | undefined>;
  giveBack(chunk: Uint8Array): void;
  /** Bytes of the blob that were read. */
  position(): number;
  /** After the end, hexadecimal. */
  digests(): { readonly blob: string; readonly content: string };
  close(): void;
}

interface Asked {
  readonly buffer: Uint8Array;
  readonly length: Promise<number>;
}

export function blobChunks(native: LayerFunctions, options: ChunksOptions): Chunks {
  const { place, compression, copy, buffers } = options;
  const reader = native.openBlob({ ...place, compression, ...(copy !== undefined && { copy }) });
  const asked = buffers.map((buffer) => ask(native, reader, buffer));
  return {
    async next() {
      const { buffer, length } = asked.shift()!;
      const bytes = await length;
      return bytes === 0 ? undefined : buffer.subarray(0, bytes);
    },
    giveBack(chunk) {
      asked.push(ask(native, reader, new Uint8Array(chunk.buffer)));
    },
    position: () => native.blobPosition(reader),
    digests: () => native.blobDigests(reader),
    close: () => native.closeBlob(reader),
  };
}

function ask(native: LayerFunctions, reader: BlobReader, buffer: Uint8Array): Asked {
  const length = native.readBlob(reader, buffer);
  // It may fail long before, or without, anybody's waiting for it.
  length.catch(() => undefined);
  return { buffer, length };
}
