import type { Digest } from '../types.ts';
import type { StoreContext } from './context.ts';
import { clearIngest, withStage } from './ingest.ts';
import { findImage, readNames, writeNames } from './images.ts';
import type { NamedImage } from './images.ts';
import { contentsOf } from './in-use.ts';
import type { Contents } from './in-use.ts';
import { withLock } from './lock.ts';
import { sweep } from './sweep.ts';
import type { Swept } from './sweep.ts';

export interface Removed extends Swept {
  readonly names: readonly string[];
}

/**
 * Takes names away, and what nothing uses any more of their images; a digest stands for all names of its image. All or none
 * of the names go.
 * @throws {RuntsError} NOT_FOUND, INVALID_ARGUMENT for the beginning of several digests.
 */
export async function removeImages(context: StoreContext, wanted: readonly string[]): Promise<Removed> {
  await clearIngest(context);
  return withStage(context, (stage) =>
    withLock(context, () => {
      const all = readNames(context);
      const going = new Set(wanted.flatMap((name) => named(context, all, name)));
      const among = contentsOfAll(context, new Set([...going].map(({ digest }) => digest)));
      const staying = all.filter((image) => !going.has(image));
      writeNames(context, stage, staying);
      return { names: [...going].map(({ name }) => name), ...sweep(context, stage, among) };
    }),
  );
}

function named(context: StoreContext, all: readonly NamedImage[], wanted: string): readonly NamedImage[] {
  const digest = findImage(context, wanted);
  const one = all.filter(({ name }) => name === wanted);
  return one.length > 0 ? one : all.filter((image) => image.digest === digest);
}

function contentsOfAll(context: StoreContext, digests: ReadonlySet<Digest>): Contents {
  const parts = [...digests].map((digest) => contentsOf(context, digest));
  return {
    blobs: new Set(parts.flatMap(({ blobs }) => [...blobs])),
    layers: new Set(parts.flatMap(({ layers }) => [...layers])),
  };
}
