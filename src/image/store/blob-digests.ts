import { digestFrom } from '../digest.ts';
import type { BlobPlace, Compression, Digest } from '../types.ts';
import type { StoreContext } from './context.ts';

export interface BlobDigests {
  readonly blob: Digest;
  /** Of what is packed in it. */
  readonly content: Digest;
}

const CHUNK = 1 << 20;

/** Reads a blob to its end for its digests; `copy`, a descriptor, gets its bytes. */
export async function blobDigests(
  { native, signal }: StoreContext,
  place: BlobPlace & { readonly compression: Compression; readonly copy?: number },
): Promise<BlobDigests> {
  const reader = native.openBlob(place);
  try {
    const buffer = new Uint8Array(CHUNK);
    while ((await native.readBlob(reader, buffer)) > 0) signal?.throwIfAborted();
    const { blob, content } = native.blobDigests(reader);
    return { blob: digestFrom(blob), content: digestFrom(content) };
  } finally {
    native.closeBlob(reader);
  }
}
