import type { Context } from './context.ts';
import type { Place } from './store.ts';

/**
 * NOTIFY_SOCKET of sd_notify(3): the container gets a socket of its own below its state directory, and what it says
 * there is forwarded. True where the caller of the runtime has such a socket.
 */
export function makeNotifyDirectory({ host }: Context, place: Place): boolean {
  if (!isWanted(host.self.env['NOTIFY_SOCKET'])) return false;
  host.files.makeDirectory(`${place.directory}/notify`, 0o755);
  return true;
}

function isWanted(socket: string | undefined): socket is string {
  return socket !== undefined && socket !== '';
}

/** Begins to listen at once and resolves when the container has said READY=1 and it was forwarded, or has ended. */
export async function forwardNotify({ host }: Context, place: Place, pid: number): Promise<void> {
  const target = host.self.env['NOTIFY_SOCKET'];
  if (!isWanted(target) || host.files.kind(`${place.directory}/notify`) !== 'directory') return;
  await host.processes.forwardNotify(`${place.directory}/notify/notify.sock`, target, pid);
}
