import type { HostTerminal } from './host.ts';
import { addon, checkedAsync } from './node-addon.ts';

/**
 * Signals that go to the container. Left out: what cannot be caught, SIGCHLD of our own children, SIGWINCH (the size
 * travels by the terminal), SIGURG, SIGPROF and SIGPIPE (of our own descriptors), what job control means for us, and
 * what a fault of ours raises.
 */
const FORWARDED: readonly NodeJS.Signals[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGTERM',
  'SIGCONT',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGIO',
  'SIGPWR',
];

export const nodeTerminal: HostTerminal = {
  isTerminal: (fd) => addon().isTerminal(fd),
  size: (fd) => addon().terminalSize(fd),
  relay: (master) => checkedAsync(() => relay(master)),
  onSignals,
};

/** For an end of this process before that of the relay. */
function restore(): void {
  addon().restoreTerminal();
}

async function relay(master: number): Promise<void> {
  const resize = (): void => addon().copyTerminalSize(0, master);
  process.on('SIGWINCH', resize);
  process.on('exit', restore);
  try {
    await addon().relay(0, 1, master);
  } finally {
    process.off('SIGWINCH', resize);
    process.off('exit', restore);
  }
}

function onSignals(forward: (signal: number) => void): { release(): void } {
  const listener = (_name: NodeJS.Signals, signal: number): void => forward(signal);
  const watched: NodeJS.Signals[] = [];
  for (const name of FORWARDED) {
    try {
      process.on(name, listener);
      watched.push(name);
    } catch {
      // libuv watches no such signal on this system.
    }
  }
  return {
    release() {
      for (const name of watched) process.off(name, listener);
    },
  };
}
