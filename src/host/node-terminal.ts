import type { HostTerminal } from './host.ts';
import { checkedAsync } from './checked.ts';
import { addon } from './node-addon.ts';
import { FORWARDED } from './signals.ts';
import type { ForwardedSignal } from './signals.ts';

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
  const watched: ForwardedSignal[] = [];
  for (const name of Object.keys(FORWARDED) as ForwardedSignal[]) {
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
