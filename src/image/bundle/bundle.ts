import type { Store } from '../store/store.ts';
import type { Digest } from '../types.ts';
import { fillEmpty } from './empty-directory.ts';
import { fillBundle, requireFew } from './write.ts';
import type { BundleOptions, WrittenBundle } from './write.ts';

export interface ImageBundle extends WrittenBundle {
  /** Of the image's manifest. */
  readonly image: Digest;
}

/**
 * Writes a bundle of an image of a store, whose layers stay there for as long as the directory. What fails leaves nothing behind.
 * @throws {RuntsError} as `resolve` of the store, and as writeBundle.
 */
export async function bundleImage(
  store: Store,
  name: string,
  directory: string,
  options: BundleOptions,
): Promise<ImageBundle> {
  requireFew(await store.resolve(name));
  return fillEmpty(directory, () => fillFromStore(store, name, directory, options));
}

/** The same for a directory whose owner clears it, whatever happens. */
export async function fillFromStore(
  store: Store,
  name: string,
  directory: string,
  options: BundleOptions,
): Promise<ImageBundle> {
  const image = await store.use(name, directory);
  try {
    return { image: image.digest, ...(await fillBundle({ image, directory, options })) };
  } catch (error) {
    await store.unuse(directory);
    throw error;
  }
}
