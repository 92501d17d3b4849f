import type { HostFiles } from '../../host/host.ts';
import type { LayerFunctions } from '../native.ts';
import type { StorePaths } from './paths.ts';

/** What the functions of a store share. */
export interface StoreContext {
  readonly paths: StorePaths;
  readonly files: HostFiles;
  readonly native: LayerFunctions;
  /** Gets what should be known and stops nothing, one line each. */
  readonly warn: (message: string) => void;
  readonly signal?: AbortSignal;
}
