import { checkedAsync } from '../../host/checked.ts';
import { hostFailed } from '../../host/failure.ts';
import { HostError } from '../../host/host.ts';

/** Errors of the machine become those that callers know. */
export async function known<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await checkedAsync(async () => work());
  } catch (error) {
    throw error instanceof HostError ? hostFailed(error) : error;
  }
}
