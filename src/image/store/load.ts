import type { LayerBudget } from '../layer/budget.ts';
import { DEFAULT_BUDGET, mostUnpacked } from '../layer/budget.ts';
import type { ReportProgress } from '../progress.ts';
import { damaged } from '../source/failure.ts';
import { nameOf, parseLocation } from '../source/location.ts';
import { openSource } from '../source/open.ts';
import { thisPlatform } from '../source/platform.ts';
import type { Spool } from '../source/spool.ts';
import type { Digest, Platform, SourceImage } from '../types.ts';
import type { StoreContext } from './context.ts';
import { checkName } from './images.ts';
import { namelessFile, withStage } from './ingest.ts';
import type { Stage } from './ingest.ts';
import { loadImage } from './load-image.ts';
import type { ImageLoad } from './load-image.ts';

export interface LoadOptions {
  /** In place of the source's own name. */
  readonly name?: string;
  /** Which image of several: a name that the source has for it. */
  readonly ref?: string;
  /** Default this machine's. */
  readonly platform?: Platform;
  /** Of each layer; `bytes` and `ratio` also of an archive that is packed as a whole, or comes by standard input. */
  readonly budget?: Partial<LayerBudget>;
  readonly progress?: ReportProgress;
}

export interface LoadedImage {
  readonly names: readonly string[];
  /** Of the manifest. */
  readonly digest: Digest;
  /** The lowest first. */
  readonly layers: readonly LoadedLayer[];
}

export interface LoadedLayer {
  readonly chainId: Digest;
  /** Of the packed layer; `size` are its bytes. */
  readonly digest: Digest;
  readonly size: number;
  /** False for a layer that was in the store already. */
  readonly isNew: boolean;
}

/**
 * Puts the images of a source into the store, one after the other. Of one that fails nothing stays.
 * @throws {RuntsError} as openSource of ../source/open.ts, and for layers that are refused.
 */
export function load(context: StoreContext, source: string, options: LoadOptions): Promise<LoadedImage[]> {
  const location = parseLocation(source, options.ref);
  const { platform = thisPlatform(), name } = options;
  return withStage(context, async (stage) => {
    const opened = await openSource(location, { platform }, spoolIn(context, stage, options));
    try {
      const images = withNames(opened.images, name, nameOf(location));
      return await loadImages(context, stage, images, { ...options, source: nameOf(location) });
    } finally {
      opened.close();
    }
  });
}

async function loadImages(
  context: StoreContext,
  stage: Stage,
  images: readonly SourceImage[],
  options: ImageLoad,
): Promise<LoadedImage[]> {
  const loaded: LoadedImage[] = [];
  for (const image of images) loaded.push(await loadImage(context, stage, image, options));
  return loaded;
}

function spoolIn({ native, signal }: StoreContext, stage: Stage, { budget }: LoadOptions): Spool {
  return {
    file: () => namelessFile(stage),
    limit: budget?.bytes ?? DEFAULT_BUDGET.bytes,
    unpackedLimit: (packed) => mostUnpacked(budget, packed),
    native,
    ...(signal !== undefined && { signal }),
  };
}

/** An image without a name would be nobody's: the next prune would take it. */
function withNames(
  images: readonly SourceImage[],
  name: string | undefined,
  source: string,
): readonly SourceImage[] {
  if (name !== undefined && images.length > 1)
    throw damaged(source, `has ${images.length} images, which cannot share a name`, 'choose one with --ref');
  const named = name === undefined ? images : images.map((image) => ({ ...image, names: [name] }));
  for (const { names } of named) {
    if (names.length === 0) throw damaged(source, 'has no name for its image', 'give one with --name');
    names.forEach(checkName);
  }
  return named;
}
