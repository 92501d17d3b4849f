import type { Context } from '../container/context.ts';
import { FORWARDED } from '../host/signals.ts';
import type { Output } from './output.ts';

/**
 * Runs work that a signal calls off: the command ends with 128 and its number as soon as the work has cleaned up behind itself. A second
 * signal ends the process at once.
 */
export async function interruptible(
  { host, warn }: Pick<Context, 'host' | 'warn'>,
  work: (signal: AbortSignal) => Promise<Output>,
): Promise<Output> {
  const calling = new AbortController();
  let number = 0;
  const signals = host.terminal.onSignals((signal) => {
    if (signal === FORWARDED.SIGCONT) return;
    number = signal;
    signals.release();
    calling.abort();
  });
  try {
    return await work(calling.signal);
  } catch (error) {
    if (number === 0) throw error;
    warn(`called off by ${nameOf(number)}`);
    return { kind: 'exit', code: 128 + number };
  } finally {
    signals.release();
  }
}

function nameOf(number: number): string {
  return Object.entries(FORWARDED).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
}
