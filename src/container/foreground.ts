import type { ExitStatus, Host, HostProcess } from '../host/host.ts';

/** How long output that is still on its way through a terminal is waited for, once the process has ended. */
const DRAIN_MS = 1000;

/** Signals of the runtime that a process gets; those that come before there is one wait for it. */
export interface SignalForwarder {
  to(process: HostProcess): void;
  release(): void;
}

export function forwardSignals({ terminal }: Host): SignalForwarder {
  const early: number[] = [];
  let target: HostProcess | undefined;
  const registration = terminal.onSignals((signal) => {
    if (target === undefined) early.push(signal);
    else target.kill(signal);
  });
  return {
    to: (process) => {
      target = process;
      for (const signal of early.splice(0)) process.kill(signal);
    },
    release: () => registration.release(),
  };
}

/** Waits for a process, with its terminal relayed to the runtime's own. */
export async function attend(
  host: Host,
  process: HostProcess,
  console: number | undefined,
): Promise<ExitStatus> {
  const relay = console === undefined ? undefined : host.terminal.relay(console);
  const status = await process.wait();
  if (relay !== undefined) await Promise.race([relay, host.self.sleep(DRAIN_MS)]);
  return status;
}
