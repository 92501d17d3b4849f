import type { Context } from '../container/context.ts';
import type { HostProcesses } from '../host/host.ts';
import { addon } from '../host/node-addon.ts';

export interface Abortable {
  /** Aborted, it ends the waiting, and that alone: what was begun goes on. */
  readonly signal?: AbortSignal;
}

/**
 * Calls when a signal is aborted, at once if it is already. Gives what takes the listener away again, which a caller does
 * whatever comes: a signal may outlive a thousand containers.
 */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined) return () => {};
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
  return () => signal.removeEventListener('abort', act);
}

/** What a promise gives, unless the signal is aborted before: then its reason. What the promise stands for goes on. */
export function unlessAborted<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const release = onAbort(signal, () => reject(signal.reason as Error));
    promise
      .then(resolve, reject)
      .finally(release)
      .catch(() => {});
  });
}

/** What is made, unless the signal is aborted meanwhile: then that is undone, and the promise rejects with the reason. */
export async function madeOrAborted<T>(
  signal: AbortSignal | undefined,
  make: () => Promise<T>,
  undo?: (made: T) => Promise<void>,
): Promise<T> {
  signal?.throwIfAborted();
  let made: T;
  try {
    made = await make();
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error;
  }
  if (signal?.aborted !== true || undo === undefined) return made;
  await undo(made);
  throw signal.reason;
}

/**
 * The context for making something that the signal may call off: the first plan that is executed there. Those after it are
 * for undoing.
 */
export function calledOffBy(signal: AbortSignal | undefined, context: Context): Context {
  if (signal === undefined) return context;
  const { host } = context;
  const { processes } = host;
  let isFirst = true;
  const execute: HostProcesses['execute'] = async (plan, options) => {
    if (!isFirst) return processes.execute(plan, options);
    isFirst = false;
    const cancel = addon().cancellation();
    const release = onAbort(signal, () => addon().cancel(cancel));
    return processes.execute(plan, { ...options, cancel }).finally(release);
  };
  return { ...context, host: { ...host, processes: { ...processes, execute } } };
}
