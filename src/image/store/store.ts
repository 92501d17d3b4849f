import { coreFiles } from '../../host/core-files.ts';
import { addon } from '../../host/node-addon.ts';
import { layerFunctions } from '../native.ts';
import type { Claim, ClaimOwner } from './claims.ts';
import type { ChangedContainer } from '../changes/container.ts';
import type { CommitOptions } from '../commit/commit.ts';
import type { SavedImage, SaveOptions, SaveTarget } from '../save/save.ts';
import type { ReportProgress } from '../progress.ts';
import type { StoreContext } from './context.ts';
import { makeStore } from './directory.ts';
import { clearIngest } from './ingest.ts';
import { known } from './known.ts';
import type { ListedImage } from './list.ts';
import type { LoadedImage, LoadOptions } from './load.ts';
import { withLock } from './lock.ts';
import { DEFAULT_STORE } from './paths.ts';
import type { StorePaths } from './paths.ts';
import type { InspectedImage } from './inspect.ts';
import type { Pruned } from './prune.ts';
import type { Removed } from './remove.ts';
import type { Verified } from './verify.ts';
import type { StoredImage } from './resolve.ts';

export interface StoreOptions {
  /** Default `/var/lib/runts`; made where there is none. */
  readonly directory?: string;
  /** Gets what should be known and stops nothing, one line each. */
  readonly warn: (message: string) => void;
  /** Aborted, what is under way ends with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * Images and their layers in a directory. Any number of processes may have it open; nothing is kept in memory.
 * Where the machine fails, every function throws a RuntsError HOST_FAILED.
 */
export interface Store {
  readonly paths: StorePaths;
  /** SOURCE as `parseLocation` of ../source/location.ts reads it. */
  load(source: string, options?: LoadOptions): Promise<LoadedImage[]>;
  list(): Promise<ListedImage[]>;
  /** The image of a name, a digest or its beginning. */
  resolve(name: string): Promise<StoredImage>;
  /** The same, whose layers stay for as long as the directory, which is there already; for bundles and containers. */
  use(name: string, directory: string): Promise<StoredImage>;
  /** The directory uses no image any more. */
  unuse(directory: string): Promise<void>;
  /** A place for the bundle of a container, which goes with it. */
  claim(owner: ClaimOwner): Promise<Claim>;
  inspect(name: string): Promise<InspectedImage>;
  /** Takes names away, and what nothing uses any more of their images; a digest stands for all names of its image. */
  remove(names: readonly string[]): Promise<Removed>;
  prune(): Promise<Pruned>;
  /** Makes an image, by that name, of a container's image and of what the container has changed. */
  commit(container: ChangedContainer, name: string, options: CommitOptions): Promise<LoadedImage>;
  /** Writes an image as a layout; the target is one of `saveTarget` of ../save/save.ts. */
  save(name: string, target: SaveTarget, options?: SaveOptions): Promise<SavedImage>;
  /** Holds images, all without names, against their digests. */
  verify(names?: readonly string[], progress?: ReportProgress): Promise<Verified>;
}

/**
 * Opens a store, and removes what processes that died have left in it.
 * @throws {RuntsError} UNSUPPORTED for a directory that others may write to, INVALID_ARGUMENT for one of other things.
 */
export async function openStore({ directory = DEFAULT_STORE, warn, signal }: StoreOptions): Promise<Store> {
  const context = await known(async () => {
    const paths = makeStore(directory);
    const files = coreFiles(addon, () => process.geteuid?.() ?? 0);
    const native = layerFunctions();
    const context: StoreContext = { paths, files, native, warn, ...(signal !== undefined && { signal }) };
    await clearIngest(context);
    return context;
  });
  // Code is loaded where it is used: that of all verbs would take a command longer than many an image.
  return {
    paths: context.paths,
    load: (source, options = {}) =>
      known(async () => (await import('./load.ts')).load(context, source, options)),
    list: () =>
      known(async () => {
        const { listImages } = await import('./list.ts');
        return withLock(context, () => listImages(context));
      }),
    resolve: (name) =>
      known(async () => {
        const { resolveImage } = await import('./resolve.ts');
        return withLock(context, () => resolveImage(context, name));
      }),
    use: (name, directory) =>
      known(async () => (await import('./uses.ts')).useImage(context, name, directory)),
    unuse: (directory) => known(async () => (await import('./uses.ts')).unuseImage(context, directory)),
    claim: (owner) => known(async () => (await import('./claims.ts')).claim(context, owner)),
    inspect: (name) =>
      known(async () => {
        const { inspectImage } = await import('./inspect.ts');
        return withLock(context, () => inspectImage(context, name));
      }),
    remove: (names) => known(async () => (await import('./remove.ts')).removeImages(context, names)),
    prune: () => known(async () => (await import('./prune.ts')).prune(context)),
    commit: (container, name, options) =>
      known(async () => (await import('../commit/commit.ts')).commit(context, container, name, options)),
    save: (name, target, options) =>
      known(async () => (await import('../save/save.ts')).save(context, name, target, options)),
    verify: (names = [], progress) =>
      known(async () => (await import('./verify.ts')).verifyImages(context, names, progress)),
  };
}
