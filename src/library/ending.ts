import { attempt } from '../host/attempt.ts';
import { isAlive } from '../container/process-stat.ts';
import type { TargetProcess } from '../container/target.ts';
import type { ExitStatus, Host } from '../host/host.ts';
import { addon } from '../host/node-addon.ts';

/** A month and more: only that it is there counts. */
const LONG_MS = 2 ** 31 - 1;

let held = 0;
let timer: NodeJS.Timeout | undefined;

/** Keeps the program from ending while somebody waits for a promise which itself does not. */
export async function keepingProgram<T>(promise: Promise<T>): Promise<T> {
  if (held++ === 0) timer = setInterval(() => {}, LONG_MS);
  try {
    return await promise;
  } finally {
    if (--held === 0) clearInterval(timer);
  }
}

/**
 * The end of a process that another has made, by its pidfd; undefined, as its status is its parent's. One that has ended
 * already is found so at once.
 */
export async function endOf(host: Host, { pid, startTime }: TargetProcess): Promise<ExitStatus | undefined> {
  const pidfd = pid === 0 ? undefined : attempt(() => host.processes.openPidfd(pid), 'ESRCH');
  if (pidfd === undefined) return undefined;
  try {
    // The number may be another's by now; once the descriptor is open, what is found here is what it stands for.
    if (!isAlive(host.files, pid, startTime)) return undefined;
    return await addon().wait(pidfd, true);
  } finally {
    host.processes.closeDescriptor(pidfd);
  }
}
