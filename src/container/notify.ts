import { isCrun } from '../host/name.ts';
import type { Context } from './context.ts';
import type { Place } from './store.ts';

const RUNC_DIRECTORY = '/run/notify';

/**
 * NOTIFY_SOCKET of sd_notify(3): the container gets a socket of its own below its state directory, and what it says
 * there is forwarded. Gives the directory of the container that it is in: runc's, or by the name of crun the one that is
 * called as the caller's socket; undefined where the caller has none.
 */
export function makeNotifyDirectory({ host }: Context, place: Place): string | undefined {
  const socket = host.self.variable('NOTIFY_SOCKET');
  if (!isWanted(socket)) return undefined;
  host.files.makeDirectory(`${place.directory}/notify`, 0o755);
  return isCrun(host.self.name) && socket.startsWith('/') ? socket : RUNC_DIRECTORY;
}

function isWanted(socket: string | undefined): socket is string {
  return socket !== undefined && socket !== '';
}

/** Begins to listen at once and resolves when the container has said READY=1 and it was forwarded, or has ended. */
export async function forwardNotify({ host }: Context, place: Place, pid: number): Promise<void> {
  const target = host.self.variable('NOTIFY_SOCKET');
  if (!isWanted(target) || host.files.kind(`${place.directory}/notify`) !== 'directory') return;
  await host.processes.forwardNotify(`${place.directory}/notify/notify.sock`, target, pid);
}
