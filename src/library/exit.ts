import { constants } from 'node:os';
import type { LastStats } from '../cgroup/last-stats.ts';
import type { ExitStatus } from '../host/host.ts';

/** Name of a signal, signal(7); those of real time have none in Node. */
export type SignalName = NodeJS.Signals | `SIGRTMIN+${number}`;

/** How a program ended: by itself, or by a signal. */
export type Exit = Exited | Killed;

/** By exit(2), or by returning from main. */
export interface Exited {
  /** 0 to 255. */
  readonly code: number;
  readonly signal?: undefined;
  /** What its container has used by then, where that was asked for and it has a cgroup. */
  readonly stats?: LastStats;
}

export interface Killed {
  /** 128 and the number of the signal, as of a shell. */
  readonly code: number;
  readonly signal: SignalName;
  readonly stats?: LastStats;
}

/**
 * A program that another process had made: the kernel tells its status to its parent alone, and from Linux 6.15 on to
 * others who wait for it by then, once the parent has reaped it (PIDFD_GET_INFO).
 */
export interface UnknownExit {
  readonly code?: undefined;
  readonly signal?: undefined;
  readonly stats?: LastStats;
}

const FIRST_REAL_TIME = 34;

export function exitOf(status: ExitStatus, stats?: LastStats): Exit {
  const used = stats === undefined ? {} : { stats };
  if ('code' in status) return { code: status.code, ...used };
  return { code: 128 + status.signal, signal: nameOf(status.signal), ...used };
}

/** Of a process that may be another program's. */
export function exitIfKnown(status: ExitStatus | undefined, stats?: LastStats): Exit | UnknownExit {
  if (status !== undefined) return exitOf(status, stats);
  return stats === undefined ? {} : { stats };
}

/** Of two names for one number, such as SIGABRT and SIGIOT, the first counts. */
function nameOf(signal: number): SignalName {
  const known = Object.entries(constants.signals).find(([, number]) => number === signal);
  return known === undefined ? `SIGRTMIN+${signal - FIRST_REAL_TIME}` : (known[0] as NodeJS.Signals);
}
