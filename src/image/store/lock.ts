import type { HostLock } from '../../host/host.ts';
import type { StoreContext } from './context.ts';

/** Acts while no other process, and nothing else of this one, changes names or finds out what nothing uses. */
export async function withLock<T>(context: StoreContext, act: () => T | Promise<T>): Promise<T> {
  const held = await acquire(context, context.paths.lock);
  try {
    return await act();
  } finally {
    held.release();
  }
}

/** Waits for a lock, unless the signal is aborted meanwhile: who comes by it then lets it go. */
export async function acquire({ files, signal }: StoreContext, path: string): Promise<HostLock> {
  signal?.throwIfAborted();
  const taken = files.lock(path, true) as Promise<HostLock>;
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([taken, aborted]);
  } catch (error) {
    taken.then((lock) => lock.release()).catch(() => {});
    throw error;
  } finally {
    if (abort !== undefined) signal?.removeEventListener('abort', abort);
  }
}
