import { RuntsError } from '../errors.ts';
import type { Host } from '../host/host.ts';

const FIRST_EXTRA = 3;

/** Descriptors of the runtime that the container's program gets from 3 up. */
export interface ExtraDescriptors {
  /** How many are those of sd_listen_fds(3). */
  readonly listen: number;
  readonly all: readonly number[];
}

/**
 * Those of LISTEN_FDS, if they are meant for this process, and then `preserve` more, each of which must be open.
 * @throws {RuntsError} INVALID_ARGUMENT with runc's words.
 */
export function extraDescriptors(host: Host, preserve: number): ExtraDescriptors {
  return collect(host, listenDescriptors(host), preserve);
}

/** As {@link extraDescriptors} for exec, to which LISTEN_FDS means nothing. */
export function preservedDescriptors(host: Host, preserve: number): ExtraDescriptors {
  return collect(host, 0, preserve);
}

function collect(host: Host, listen: number, preserve: number): ExtraDescriptors {
  const base = FIRST_EXTRA + listen;
  for (let at = 0; at < preserve; at += 1) {
    if (host.self.isOpen(base + at)) continue;
    const message = `unable to stat preserved-fd ${at} (of ${preserve}): descriptor ${base + at}: no such file or directory`;
    throw new RuntsError('INVALID_ARGUMENT', message, { errno: 'ENOENT' });
  }
  return { listen, all: Array.from({ length: listen + Math.max(preserve, 0) }, (_, at) => FIRST_EXTRA + at) };
}

/** sd_listen_fds(3): the variables count only for the process that LISTEN_PID names. */
function listenDescriptors({ self }: Host): number {
  const count = Number(self.env['LISTEN_FDS'] ?? '0');
  if (Number(self.env['LISTEN_PID']) !== self.pid) return 0;
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}
