import type { ConsoleSize } from '../spec/types.ts';
import type { Context } from './context.ts';
import type { Stdio } from './terminal.ts';

const FIRST_EXTRA = 3;

type Warner = Pick<Context, 'host' | 'warn'>;

/** What a caller within this process gives to a program. */
export interface Descriptors {
  readonly stdio: Stdio;
  /** Become 3, 4, ... */
  readonly extra: readonly number[];
  /**
   * The caller takes the master of a terminal of this size, which the program gets in place of `stdio`, whatever its
   * config says.
   */
  readonly terminal?: ConsoleSize | undefined;
}

/** Descriptors of the runtime that the container's program gets from 3 up. */
export interface ExtraDescriptors {
  /** How many the program is told of as those of sd_listen_fds(3). */
  readonly listen: number;
  /** Those that are there, without a gap. */
  readonly all: readonly number[];
}

/** Those of LISTEN_FDS, if they are meant for this process, and then `preserve` more; or just those `given`. */
export function extraDescriptors(context: Warner, preserve: number, given?: Descriptors): ExtraDescriptors {
  return given === undefined ? collect(context, listenDescriptors(context), preserve) : asGiven(given);
}

/** As {@link extraDescriptors} for exec, to which LISTEN_FDS means nothing. */
export function preservedDescriptors(
  context: Warner,
  preserve: number,
  given?: Descriptors,
): ExtraDescriptors {
  return given === undefined ? collect(context, 0, preserve) : asGiven(given);
}

const asGiven = ({ extra }: Descriptors): ExtraDescriptors => ({ listen: 0, all: extra });

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
  const given = self.variable('LISTEN_FDS');
  if (given === undefined || Number(self.variable('LISTEN_PID') ?? self.pid) !== self.pid) return 0;
  const count = Number(given);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}
