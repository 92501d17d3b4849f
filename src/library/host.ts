import type { Host } from '../host/host.ts';
import { nodeHost } from '../host/node.ts';
import { turn } from './turns.ts';

/** What a service manager gives to this program, and not to the containers that it makes. */
const OWN = new Set(['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES', 'NOTIFY_SOCKET']);

/** The machine for a program that makes containers beside its own work: each stretch of theirs begins in a turn of its own. */
export function libraryHost(): Host {
  const { files, processes, terminal, self } = nodeHost();
  return {
    terminal,
    self: { ...self, variable: (name) => (OWN.has(name) ? undefined : self.variable(name)) },
    files: { ...files, lock: (path, wait) => inTurn(files.lock(path, wait)) },
    processes: { ...processes, execute: (plan, options) => inTurn(processes.execute(plan, options)) },
  };
}

async function inTurn<T>(promise: Promise<T>): Promise<T> {
  const value = await promise;
  await turn();
  return value;
}
