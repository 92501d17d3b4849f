import { RuntsError } from '../errors.ts';
import type { LayerBudget } from './layer/budget.ts';
import type { LayerSummary } from './layer/judge.ts';
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

export async function unpackLayer({ name }: UnpackOptions): Promise<UnpackedLayer> {
  throw new RuntsError('UNSUPPORTED', `${name}: cannot be unpacked yet`);
}
