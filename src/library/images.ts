import { resolve } from 'node:path';
import type { LayerBudget } from '../image/layer/budget.ts';
import type { ReportProgress } from '../image/progress.ts';
import { parsePlatform } from '../image/source/platform.ts';
import type { ListedImage } from '../image/store/list.ts';
import { DEFAULT_STORE } from '../image/store/paths.ts';
import type { Pruned } from '../image/store/prune.ts';
import type { Removed } from '../image/store/remove.ts';
import { openStore } from '../image/store/store.ts';
import type { Store } from '../image/store/store.ts';
import { act } from './act.ts';
import { Image } from './image.ts';
import { emitWarning } from './warning.ts';

export interface ImagesOptions {
  /** Directory of images and their layers; default `/var/lib/runts`, as of the command. Made where there is none. */
  readonly store?: string;
  /** Gets what should be known and stops nothing, one line each; default `process.emitWarning`. */
  readonly warn?: (message: string) => void;
}

export interface LoadOptions {
  /** In place of the source's own name. */
  readonly name?: string;
  /** Which image of several: a name that the source has for it. */
  readonly ref?: string;
  /** OS/ARCH[/VARIANT]; default that of this machine. */
  readonly platform?: string;
  /** Limits of each layer, over the usual ones. */
  readonly budget?: Partial<LayerBudget>;
  readonly progress?: ReportProgress;
  /** Aborted, it ends the load: of what was not complete nothing stays, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Images of a store, which the command and any number of programs share. */
export class Images {
  readonly #directory: string;
  readonly #warn: (message: string) => void;
  readonly #store: Store;

  private constructor(store: Store, directory: string, warn: (message: string) => void) {
    this.#store = store;
    this.#directory = directory;
    this.#warn = warn;
  }

  /** @throws {RuntsError} UNSUPPORTED for a directory that others may write to, INVALID_ARGUMENT for one of other things. */
  static async open({ store = DEFAULT_STORE, warn = emitWarning }: ImagesOptions = {}): Promise<Images> {
    const directory = resolve(store);
    return act(async () => new Images(await openStore({ directory, warn }), directory, warn));
  }

  /** The store's: absolute path. */
  get directory(): string {
    return this.#directory;
  }

  /**
   * Reads the images of a source, an OCI image layout (directory or archive) or an archive of docker, into the store: a path, or one
   * with its kind in front, as `runts image load` has it. Layers that are there already are not read again.
   * @throws {RuntsError} for what is missing, altered or refused; nothing of such an image stays.
   */
  async load(source: string, { signal, platform, ...options }: LoadOptions = {}): Promise<Image[]> {
    const directory = this.#directory;
    return act(async () => {
      const store = await openStore({ directory, warn: this.#warn, ...(signal !== undefined && { signal }) });
      const wanted = platform === undefined ? {} : { platform: parsePlatform(platform) };
      const loaded = await store.load(source, { ...options, ...wanted });
      return Promise.all(loaded.map(({ digest }) => this.#image(digest)));
    });
  }

  /** An image by its name, its digest, or enough of the digest's beginning. @throws {RuntsError} NOT_FOUND. */
  async get(name: string): Promise<Image> {
    return act(() => this.#image(name));
  }

  /** All names, in order. */
  async list(): Promise<ListedImage[]> {
    return act(() => this.#store.list());
  }

  /** Takes names away, and what nothing uses any more of their images. @throws {RuntsError} NOT_FOUND: then none of them goes. */
  async remove(...names: readonly string[]): Promise<Removed> {
    return act(() => this.#store.remove(names));
  }

  /** Removes all that neither a name nor a container nor a bundle uses. */
  async prune(): Promise<Pruned> {
    return act(() => this.#store.prune());
  }

  async #image(name: string): Promise<Image> {
    const stored = await this.#store.resolve(name);
    return new Image({ store: this.#store, stored, options: {}, warn: this.#warn });
  }
}
