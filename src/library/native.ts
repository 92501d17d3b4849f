import { RuntsError } from '../errors.ts';
import { checked } from '../host/checked.ts';
import { HostError } from '../host/host.ts';
import { addon } from '../host/node-addon.ts';
import type { Addon } from '../host/node-addon.ts';

/** Asks the core for something that only Node needs. @throws {RuntsError} HOST_FAILED, with what was wanted in front. */
export function native<T>(what: string, call: (core: Addon) => T): T {
  try {
    return checked(() => call(addon()));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const { syscall, errno } = error;
    throw new RuntsError('HOST_FAILED', `${what}: ${error.message}`, { syscall, errno, cause: error });
  }
}

/** Closes a descriptor that the core has given out. */
export function closeNative(descriptor: number): void {
  addon().closeDescriptor(descriptor);
}
