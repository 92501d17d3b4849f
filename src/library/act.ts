import { hostFailed } from '../host/failure.ts';
import { HostError } from '../host/host.ts';
import { turn } from './turns.ts';

/** What a method does: it begins in a turn of the event loop where there is time for it, and fails as {@link known}. */
export async function act<T>(work: () => T | Promise<T>): Promise<T> {
  await turn();
  return known(work);
}

/** What work gives; where the machine has failed, that is a RuntsError, as everything is that callers meet. */
export async function known<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof HostError ? hostFailed(error) : error;
  }
}
