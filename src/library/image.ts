import { fillFromStore } from '../image/bundle/bundle.ts';
import type { BundleOptions, WrittenBundle } from '../image/bundle/write.ts';
import { requireFew } from '../image/bundle/write.ts';
import { randomId } from '../image/bundle/run.ts';
import type { Claim, ClaimOwner } from '../image/store/claims.ts';
import type { StoredImage } from '../image/store/resolve.ts';
import type { Store } from '../image/store/store.ts';
import type { Digest, ImageConfig } from '../image/types.ts';
import type { SpecBuilder } from '../spec/builder/builder.ts';
import { act } from './act.ts';
import { Rootfs } from './rootfs.ts';

/** What containers of an image have in place of what it says, or beside it. */
export interface ImageOptions extends Omit<BundleOptions, 'change' | 'terminal'> {
  /** Goes on from the spec that is made of the image. */
  readonly spec?: (ofImage: SpecBuilder) => SpecBuilder;
}

export interface ImageOrigin {
  readonly store: Store;
  readonly stored: StoredImage;
  readonly options: ImageOptions;
  readonly warn: (message: string) => void;
}

/** A place in the store with the bundle of a container. */
export interface ImagePlace {
  readonly claim: Claim;
  readonly written: WrittenBundle;
}

let makePlace: (image: Image, owner: ClaimOwner) => Promise<ImagePlace>;

/** A bundle for a container of an image, for this library alone. What is not released stays. */
export function placeFor(image: Image, owner: ClaimOwner): Promise<ImagePlace> {
  return makePlace(image, owner);
}

/** An image of a store. Its layers are shared by all containers of it, and none can change them. */
export class Image {
  readonly #origin: ImageOrigin;

  static {
    makePlace = (image, owner) => image.#makePlace(owner);
  }

  /** Made by {@link Images}. */
  constructor(origin: ImageOrigin) {
    this.#origin = origin;
  }

  /** All names that it has in the store. */
  get names(): readonly string[] {
    return this.#origin.stored.names;
  }

  /** Of its manifest. */
  get digest(): Digest {
    return this.#origin.stored.digest;
  }

  /** What it says of itself and of its containers (config.md of image-spec). */
  get config(): ImageConfig {
    return this.#origin.stored.config;
  }

  /** The same image for containers that have something of their own; what was chosen before holds where this says nothing. */
  with(options: ImageOptions): Image {
    return new Image({ ...this.#origin, options: { ...this.#origin.options, ...options } });
  }

  /**
   * A root file system for containers that come one after the other: each finds what the one before has written. It goes when it is
   * disposed of.
   * @throws {RuntsError} INVALID_CONFIG, INVALID_ARGUMENT for an image that cannot be run so.
   */
  async rootfs(): Promise<Rootfs> {
    const { warn } = this.#origin;
    const { claim, written } = await act(() => this.#makePlace({ id: `rootfs-${randomId()}`, root: '/' }));
    written.warnings.forEach(warn);
    return new Rootfs(claim, written.spec);
  }

  async #makePlace(owner: ClaimOwner): Promise<ImagePlace> {
    const { store, stored, options } = this.#origin;
    const { spec: change, ...others } = options;
    requireFew(stored);
    const claim = await store.claim(owner);
    try {
      const bundle = { ...others, ...(change !== undefined && { change }) };
      return { claim, written: await fillFromStore(store, stored.digest, claim.directory, bundle) };
    } catch (error) {
      await claim.release();
      throw error;
    }
  }
}
