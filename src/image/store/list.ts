import { RuntsError } from '../../errors.ts';
import { formatPlatform } from '../source/platform.ts';
import type { Digest } from '../types.ts';
import type { StoreContext } from './context.ts';
import { readNames } from './images.ts';
import type { NamedImage } from './images.ts';
import { readStored } from './stored.ts';

/** A line of the list. */
export interface ListedImage {
  readonly name: string;
  /** Of the manifest. */
  readonly digest: Digest;
  /** When it got the name, RFC 3339. */
  readonly loaded: string;
  /** Undefined, as all that follows, for an image that is damaged. */
  readonly platform?: string;
  /** As its config says. */
  readonly created?: string;
  /** How many, and the bytes of these as they are packed. */
  readonly layers?: number;
  readonly size?: number;
}

/** All names, in order; an image that cannot be read is warned of. */
export function listImages(context: StoreContext): ListedImage[] {
  return readNames(context).map((image) => ({ ...image, ...describe(context, image) }));
}

type Description = Omit<ListedImage, keyof NamedImage>;

function describe(context: StoreContext, { name, digest }: NamedImage): Description {
  try {
    const { manifest, config } = readStored(context, digest);
    const { created } = config;
    const size = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
    const of = { platform: formatPlatform(config), layers: manifest.layers.length, size };
    return created === undefined ? of : { ...of, created };
  } catch (error) {
    if (!(error instanceof RuntsError)) throw error;
    context.warn(`image ${name}: ${error.message}`);
    return {};
  }
}
