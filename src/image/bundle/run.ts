import type { Context } from '../../container/context.ts';
import { run } from '../../container/run.ts';
import type { RunRequest } from '../../container/run.ts';
import type { Store } from '../store/store.ts';
import { fillFromStore } from './bundle.ts';
import { requireFew } from './write.ts';
import type { BundleOptions } from './write.ts';

export interface ImageRunRequest extends Omit<
  RunRequest,
  'bundle' | 'config' | 'text' | 'goesWithContainer'
> {
  /** Name of the image, or a digest. */
  readonly image: string;
  readonly options: BundleOptions;
}

/** Runs a container of an image, with a bundle in the store that goes with it. Gives the program's exit status; 0 if detached. */
export async function runImage(context: Context, store: Store, request: ImageRunRequest): Promise<number> {
  const { image, options, ...own } = request;
  requireFew(await store.resolve(image));
  const place = await store.claim({ id: own.id, root: context.root });
  try {
    const { warnings } = await fillFromStore(store, image, place.directory, options);
    warnings.forEach(context.warn);
    return await run(context, { ...own, bundle: place.directory, goesWithContainer: true });
  } finally {
    await place.release();
  }
}
