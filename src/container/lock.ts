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

/** As {@link tryLock}, but waits for one that is taken. */
export async function lock(files: HostFiles, place: Place): Promise<HostLock | undefined> {
  try {
    return await files.lock(`${place.directory}/lock`);
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
  const held = tryLock(files, place) ?? (await lock(files, place));
  try {
    await act(load(files, place));
  } finally {
    held?.release();
  }
}
