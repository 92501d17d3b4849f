import { checked } from '../host/checked.ts';
import { hostFailed } from '../host/failure.ts';
import { HostError } from '../host/host.ts';
import { addon } from '../host/node-addon.ts';
import type { Addon } from '../host/node-addon.ts';

/** Asks the core for something that only Node needs. @throws {RuntsError} HOST_FAILED, with what was wanted in front. */
export function native<T>(what: string, call: (core: Addon) => T): T {
  try {
    return checked(() => call(addon()));
  } catch (error) {
    throw error instanceof HostError ? hostFailed(error, what) : error;
  }
}

/** Closes a descriptor that the core has given out. */
export function closeNative(descriptor: number): void {
  addon().closeDescriptor(descriptor);
}
