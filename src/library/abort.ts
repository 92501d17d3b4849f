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
