import { checked, checkedAsync, tooLarge } from './checked.ts';
import { coreLocks } from './core-lock.ts';
import type { Core } from './core.ts';
import { HostError, TEXT_LIMIT } from './host.ts';
import type { HostFiles } from './host.ts';

/** Files as the core has them, by Node's addon or in the standalone executable: in the terms of {@link HostFiles} unless said otherwise. */
export interface CoreFiles {
  /** A number is an open descriptor. */
  readText(source: string | number, limit: number): string;
  replace(path: string, text: string, mode: number): void;
  write(path: string, text: string): void;
  append(path: string, text: string): void;
  makeDirectory(path: string, mode: number, parents: boolean): void;
  removeTree(path: string): void;
  discardTree(path: string): Promise<void>;
  removeFile(path: string): void;
  list(path: string): string[];
  exists(path: string): boolean;
  mayWrite(path: string): boolean;
  kind(path: string): 'file' | 'directory' | 'symlink' | 'other' | 'missing';
  ownerOf(path: string): number;
  realPath(path: string): string;
  fileSystem(path: string): number | undefined;
}

/** {@link HostFiles} by the core; `uid` tells the effective user id. */
export const coreFiles = (core: () => Core & CoreFiles, uid: () => number): HostFiles => ({
  readText: (path, limit = TEXT_LIMIT) => readText(core(), path, limit),
  replace: (path, text, mode) => checked(() => core().replace(path, text, mode)),
  write: (path, text) => checked(() => core().write(path, text)),
  append: (path, text) => checked(() => core().append(path, text)),
  makeDirectory: (path, mode, parents = false) => checked(() => core().makeDirectory(path, mode, parents)),
  removeTree: (path) => checked(() => core().removeTree(path)),
  discardTree: (path) => checkedAsync(() => core().discardTree(path)),
  removeFile: (path) => checked(() => core().removeFile(path)),
  list: (path) => checked(() => core().list(path)),
  exists: (path) => core().exists(path),
  kind: (path) => checked(() => core().kind(path)),
  ownerOf: (path) => checked(() => core().ownerOf(path)),
  isForeign: (path) => checked(() => isForeign(core(), path, uid)),
  mayWrite: (path) => core().mayWrite(path),
  realPath: (path) => checked(() => core().realPath(path)),
  fileSystem: (path) => checked(() => core().fileSystem(path)),
  ...coreLocks(core),
});

function readText(core: CoreFiles, path: string, limit: number): string {
  try {
    return checked(() => core.readText(path.startsWith('fd:') ? Number(path.slice(3)) : path, limit));
  } catch (error) {
    throw error instanceof HostError && error.errno === 'EFBIG' ? tooLarge(path, limit) : error;
  }
}

function isForeign(core: CoreFiles, path: string, uid: () => number): boolean {
  return core.kind(path) !== 'missing' && core.ownerOf(path) !== uid();
}
