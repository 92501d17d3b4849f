import { HostError } from '../host/host.ts';
import type { HostFiles, HostLock } from '../host/host.ts';
import { load, requireOwn } from './store.ts';
import type { Saved } from './saved.ts';
import type { Place } from './store.ts';

/**
 * The exclusive lock of a container; undefined if it is taken and `wait` is false, or the container is gone. The caller
 * knows that the directory is his own.
 */
export async function lock(files: HostFiles, place: Place, wait: boolean): Promise<HostLock | undefined> {
  try {
    return await files.lock(`${place.directory}/lock`, wait);
  } catch (error) {
    if (error instanceof HostError && (error.errno === 'ENOENT' || error.errno === 'ENOTDIR'))
      return undefined;
    throw error;
  }
}

/** Acts on a container that nobody else changes meanwhile. @throws as {@link load}. */
export async function withLock(
  files: HostFiles,
  place: Place,
  act: (saved: Saved) => Promise<void>,
): Promise<void> {
  requireOwn(files, place);
  const held = await lock(files, place, true);
  try {
    await act(load(files, place));
  } finally {
    held?.release();
  }
}
