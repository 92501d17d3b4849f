import { HostError } from './host.ts';

/** What a call of the machine gives; undefined where it fails with one of these errors or, if none is named, with any. */
export function attempt<T>(call: () => T, ...errnos: readonly string[]): T | undefined {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    if (errnos.length === 0 || errnos.includes(error.errno)) return undefined;
    throw error;
  }
}
