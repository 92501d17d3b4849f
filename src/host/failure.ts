import { RuntsError } from '../errors.ts';
import type { HostError } from './host.ts';

/** What a caller of runts is told where the machine has failed; `what` was wanted of it. */
export function hostFailed(error: HostError, what?: string): RuntsError {
  const { syscall, errno, message } = error;
  const text = what === undefined ? message : `${what}: ${message}`;
  return new RuntsError('HOST_FAILED', text, { syscall, errno, cause: error });
}
