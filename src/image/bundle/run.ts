import { randomBytes } from 'node:crypto';
import type { Context } from '../../container/context.ts';
import { run } from '../../container/run.ts';
import type { RunRequest } from '../../container/run.ts';
import type { Store } from '../store/store.ts';
import { fillFromStore } from './bundle.ts';
import { requireFew } from './write.ts';
import type { BundleOptions } from './write.ts';

type OfBundle = 'id' | 'bundle' | 'config' | 'text' | 'goesWithContainer';

export interface ImageRunRequest extends Omit<RunRequest, OfBundle> {
  /** Made up where there is none. */
  readonly id: string | undefined;
  /** Name of the image, or a digest. */
  readonly image: string;
  readonly options: BundleOptions;
}

export interface ImageRun {
  readonly id: string;
  /** The program's exit status; 0 if detached. */
  readonly code: number;
}

/** Runs a container of an image, with a bundle in the store that goes with it. */
export async function runImage(
  context: Context,
  store: Store,
  { image, options, id = randomId(), ...own }: ImageRunRequest,
): Promise<ImageRun> {
  requireFew(await store.resolve(image));
  const place = await store.claim({ id, root: context.root });
  try {
    const { warnings } = await fillFromStore(store, image, place.directory, options);
    warnings.forEach(context.warn);
    const code = await run(context, { ...own, id, bundle: place.directory, goesWithContainer: true });
    return { id, code };
  } finally {
    await place.release();
  }
}

/** Digits that no other container has. */
export function randomId(): string {
  return randomBytes(6).toString('hex');
}
