import type { ExitStatus } from '../host/host.ts';

/** What a shell makes of it: 128 + the signal that ended a process. */
export function exitCode(status: ExitStatus): number {
  return 'code' in status ? status.code : 128 + status.signal;
}
