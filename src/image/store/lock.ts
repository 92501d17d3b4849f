import type { StoreContext } from './context.ts';

/** Acts while no other process, and nothing else of this one, changes names or finds out what nothing uses. */
export async function withLock<T>({ files, paths }: StoreContext, act: () => T | Promise<T>): Promise<T> {
  const held = await files.lock(paths.lock, true);
  try {
    return await act();
  } finally {
    held?.release();
  }
}
