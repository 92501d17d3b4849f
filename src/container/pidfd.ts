import type { Host } from '../host/host.ts';

/** --pidfd-socket: one message with a pidfd; the text tells create and run from exec. */
export function sendPidfd(host: Host, socket: string, pid: number, text: 'standard' | 'setns'): void {
  const fd = host.processes.openPidfd(pid);
  try {
    host.processes.sendDescriptor(socket, fd, text);
  } finally {
    host.processes.closeDescriptor(fd);
  }
}
