import type { ClaimOwner, Claim } from '../image/store/claims.ts';
import { OVERLAY } from '../plan/overlay.ts';
import type { Spec } from '../spec/types.ts';
import { act } from './act.ts';

const LAYERS: ReadonlySet<string> = new Set(Object.values(OVERLAY));

let makeIn: <T>(rootfs: Rootfs, owner: ClaimOwner, make: () => Promise<T>) => Promise<T>;

/** Makes a container that uses it. For this library alone. @throws {RuntsError} WRONG_STATE where another one does. */
export function using<T>(rootfs: Rootfs, owner: ClaimOwner, make: () => Promise<T>): Promise<T> {
  return makeIn(rootfs, owner, make);
}

/** A spec with these layers for its root. */
export function over({ spec: own }: Rootfs, spec: Spec): Spec {
  const layers = Object.entries(own.annotations ?? {}).filter(([name]) => LAYERS.has(name));
  const annotations = { ...spec.annotations, ...Object.fromEntries(layers) };
  return { ...spec, root: { ...spec.root, path: own.root.path }, annotations };
}

/** Layers of an image under one that can be written, for one container at a time. */
export class Rootfs {
  /** The config of the image's container: `spec.from` goes on from it. */
  readonly spec: Spec;
  readonly #claim: Claim;

  /** The container that is being made. */
  #making: Promise<unknown> = Promise.resolve();

  static {
    makeIn = async (rootfs, owner, make) => {
      const made = rootfs.#making.then(() => {
        rootfs.#claim.assign(owner);
        return make();
      });
      rootfs.#making = Promise.allSettled([made]);
      return made;
    };
  }

  /** Made by `rootfs` of an image. */
  constructor(claim: Claim, spec: Spec) {
    this.spec = spec;
    this.#claim = claim;
  }

  /** The bundle: absolute path. */
  get directory(): string {
    return this.#claim.directory;
  }

  /** Removes it with all that was written; where a container still uses it, `prune` does so once that is deleted. */
  async remove(): Promise<void> {
    return act(() => this.#claim.release());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.remove();
  }
}
