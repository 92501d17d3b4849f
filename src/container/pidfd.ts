import { attempt } from '../host/attempt.ts';
import type { Host } from '../host/host.ts';
import { isAlive } from './process-stat.ts';
import type { TargetProcess } from './target.ts';

/** A pidfd of a recorded process, which the caller closes; undefined where that has ended. */
export function openProcess(
  { files, processes }: Host,
  { pid, startTime }: TargetProcess,
): number | undefined {
  const pidfd = pid === 0 ? undefined : attempt(() => processes.openPidfd(pid), 'ESRCH');
  // The number may be another's by now; once the descriptor is open, what is found here is what it stands for.
  if (pidfd === undefined || isAlive(files, pid, startTime)) return pidfd;
  processes.closeDescriptor(pidfd);
  return undefined;
}

/** --pidfd-socket: one message with a pidfd; the text tells create and run from exec. */
export function sendPidfd(host: Host, socket: string, pid: number, text: 'standard' | 'setns'): void {
  const fd = host.processes.openPidfd(pid);
  try {
    host.processes.sendDescriptor(socket, fd, text);
  } finally {
    host.processes.closeDescriptor(fd);
  }
}
