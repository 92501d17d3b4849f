import { attempt } from '../host/attempt.ts';
import { HostError } from '../host/host.ts';
import type { HostFiles, HostLock } from '../host/host.ts';
import { load, requireOwn } from './store.ts';
import type { Saved } from './saved.ts';
import type { Place } from './store.ts';

/**
 * The exclusive lock of a container; undefined if it is taken, or the container is gone. The caller knows that the
 * directory is his own.
 */
export function tryLock(files: HostFiles, { directory }: Place): HostLock | undefined {
  return attempt(() => files.tryLock(`${directory}/lock`), ...GONE);
}

/** As {@link tryLock}, where others may have their turn first; waits for a lock that is taken if told to. */
export async function lock(files: HostFiles, place: Place, wait: boolean): Promise<HostLock | undefined> {
  try {
    return await files.lock(`${place.directory}/lock`, wait);
  } catch (error) {
    if (error instanceof HostError && GONE.includes(error.errno)) return undefined;
    throw error;
  }
}

const GONE: readonly string[] = ['ENOENT', 'ENOTDIR'];

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
