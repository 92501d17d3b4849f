import type { Context } from './context.ts';

const FIRST_EXTRA = 3;

type Warner = Pick<Context, 'host' | 'warn'>;

/** Descriptors of the runtime that the container's program gets from 3 up. */
export interface ExtraDescriptors {
  /** How many the program is told of as those of sd_listen_fds(3). */
  readonly listen: number;
  /** Those that are there, without a gap. */
  readonly all: readonly number[];
}

/** Those of LISTEN_FDS, if they are meant for this process, and then `preserve` more. */
export function extraDescriptors(context: Warner, preserve: number): ExtraDescriptors {
  return collect(context, listenDescriptors(context), preserve);
}

/** As {@link extraDescriptors} for exec, to which LISTEN_FDS means nothing. */
export function preservedDescriptors(context: Warner, preserve: number): ExtraDescriptors {
  return collect(context, 0, preserve);
}

/** What comes after the first that is missing cannot be told from the runtime's own descriptors. */
function collect({ host, warn }: Warner, listen: number, preserve: number): ExtraDescriptors {
  const wanted = listen + Math.max(preserve, 0);
  const all: number[] = [];
  while (all.length < wanted && host.self.isOpen(FIRST_EXTRA + all.length))
    all.push(FIRST_EXTRA + all.length);
  const missing = FIRST_EXTRA + all.length;
  if (all.length < wanted) {
    const option = all.length < listen ? 'LISTEN_FDS' : '--preserve-fds';
    warn(`${option}: descriptor ${missing} is not open: ${all.length} of ${wanted} are passed on`);
  }
  return { listen, all };
}

/**
 * sd_listen_fds(3): the variables count only for the process that LISTEN_PID names. A caller that has executed the
 * runtime by way of others cannot know its number, and leaves it out.
 */
function listenDescriptors({ host: { self } }: Warner): number {
  const count = Number(self.env['LISTEN_FDS'] ?? '0');
  if (Number(self.env['LISTEN_PID'] ?? self.pid) !== self.pid) return 0;
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}
