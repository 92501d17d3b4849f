import { existsSync, mkdirSync } from 'node:fs';
import { RuntsError } from '../../errors.ts';
import { hexOf } from '../digest.ts';
import type { LayerBudget } from '../layer/budget.ts';
import { unpackLayer } from '../unpack.ts';
import type { Digest } from '../types.ts';
import { hasBlob } from './blobs.ts';
import { withBlob } from './check-blob.ts';
import { difference } from './compare.ts';
import type { StoreContext } from './context.ts';
import type { Stage } from './ingest.ts';
import type { LayerRecord } from './layers.ts';
import { diffOf, layerDirectory } from './paths.ts';

/** What is wrong with an unpacked layer, or with the blob that it came from. */
export type LayerFault =
  | { readonly of: 'layer'; readonly problem: string }
  | { readonly of: 'blob'; readonly digest: Digest; readonly problem: string };

export interface LayerCheck {
  readonly record: LayerRecord;
  /** Directories of overlayfs for the layers below, the topmost first. */
  readonly lower: readonly string[];
  readonly progress?: (bytes: number) => void;
}

/** Unpacks a layer once more, which judges its blob, and compares; undefined where nothing is wrong. */
export async function faultOfLayer(
  context: StoreContext,
  stage: Stage,
  check: LayerCheck,
): Promise<LayerFault | undefined> {
  const { chainId, digest } = check.record;
  if (!hasBlob(context, digest)) return { of: 'blob', digest, problem: 'is not in the store' };
  const diff = diffOf(layerDirectory(context.paths, chainId));
  if (!existsSync(diff)) return { of: 'layer', problem: 'has lost its directory' };
  const again = `${stage.directory}/${hexOf(chainId)}`;
  mkdirSync(again, { mode: 0o700 });
  try {
    const problem = await unpackAgain(context, check, again);
    if (problem !== undefined) return { of: 'blob', digest, problem };
    const differs = await difference(diff, again, context.signal);
    return differs === undefined ? undefined : { of: 'layer', problem: differs };
  } finally {
    await context.files.discardTree(again);
  }
}

/** What is wrong with the blob. */
async function unpackAgain(
  context: StoreContext,
  { record, lower, progress }: LayerCheck,
  directory: string,
): Promise<string | undefined> {
  const { compression, digest, diffId } = record;
  const { signal } = context;
  try {
    await withBlob(context, digest, (place) =>
      unpackLayer({
        name: 'its layer',
        place,
        compression,
        digest,
        diffId,
        directory,
        lower,
        budget: budgetOf(record),
        ...(signal !== undefined && { signal }),
        ...(progress !== undefined && { progress }),
      }),
    );
    return undefined;
  } catch (error) {
    if (error instanceof RuntsError && error.code !== 'HOST_FAILED') return error.message;
    throw error;
  }
}

/** The layer has been taken once: it may have what it had. Of its bytes nobody has counted those that hard links copy of lower layers. */
function budgetOf({ entries }: LayerRecord): LayerBudget {
  const all = Number.MAX_SAFE_INTEGER;
  return { bytes: all, entries, depth: all, names: all, xattrs: all, ratio: all };
}
