import type { HostTerminal } from './host.ts';
import { addon, checkedAsync } from './node-addon.ts';

/**
 * Signals that are not the container's: those that cannot be caught, SIGCHLD of our own children, SIGWINCH (the size
 * travels by the terminal), SIGURG, SIGPROF and SIGPIPE (of our own descriptors), those that job control has for us,
 * and those of a fault of ours.
 */
const KEPT = new Set([
  'SIGKILL', 'SIGSTOP', 'SIGCHLD', 'SIGWINCH', 'SIGURG', 'SIGPROF', 'SIGPIPE',
  'SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGABRT', 'SIGIOT', 'SIGSYS',
  'SIGTTIN', 'SIGTTOU', 'SIGTSTP', 'SIGUNUSED', 'SIGPOLL', 'SIGSTKFLT', 'SIGVTALRM',
]); // prettier-ignore

export const nodeTerminal: HostTerminal = {
  isTerminal: (fd) => addon().isTerminal(fd),
  size: (fd) => addon().terminalSize(fd),
  relay: (master) => checkedAsync(() => relay(master)),
  onSignals,
};

async function relay(master: number): Promise<void> {
  const resize = (): void => addon().copyTerminalSize(0, master);
  const restore = (): void => addon().restoreTerminal();
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
  for (const name of catchable()) {
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

function catchable(): NodeJS.Signals[] {
  const names: NodeJS.Signals[] = [
    'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGTERM', 'SIGCONT', 'SIGXCPU', 'SIGXFSZ', 'SIGIO', 'SIGPWR',
  ]; // prettier-ignore
  return names.filter((name) => !KEPT.has(name));
}
