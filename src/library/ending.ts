import { openProcess } from '../container/pidfd.ts';
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
 * The end of a process that another has made, by its pidfd; undefined where the kernel tells its status to its parent
 * alone. One that has ended already is found so at once.
 */
export async function endOf(host: Host, process: TargetProcess): Promise<ExitStatus | undefined> {
  const pidfd = openProcess(host, process);
  if (pidfd === undefined) return undefined;
  try {
    return await addon().wait(pidfd, true);
  } finally {
    host.processes.closeDescriptor(pidfd);
  }
}
