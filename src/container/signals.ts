import { RuntsError } from '../errors.ts';

/** signal(7) of x86, ARM, RISC-V, POWER and s390, with the aliases that runc knows. */
export const SIGNALS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGIOT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPOLL: 29,
  SIGPWR: 30,
  SIGSYS: 31,
};

const FIRST_REAL_TIME = 34;
const LAST_SIGNAL = 64;

export const SIGKILL = 9;

/** A number, or a name with or without SIG in any case; RTMIN+n and RTMAX-n also. */
export function parseSignal(text: string): number {
  if (/^\d+$/.test(text)) return checkNumber(Number(text), text);
  const upper = text.toUpperCase();
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  return SIGNALS[name] ?? parseRealTime(name) ?? unknown(text);
}

function parseRealTime(name: string): number | undefined {
  const match = /^SIGRT(MIN|MAX)(?:([+-])(\d+))?$/.exec(name);
  if (match === null) return undefined;
  const offset = Number(match[3] ?? 0) * (match[2] === '-' ? -1 : 1);
  const signal = (match[1] === 'MIN' ? FIRST_REAL_TIME : LAST_SIGNAL) + offset;
  return signal >= FIRST_REAL_TIME && signal <= LAST_SIGNAL ? signal : undefined;
}

function checkNumber(signal: number, text: string): number {
  return signal <= LAST_SIGNAL ? signal : unknown(text);
}

function unknown(text: string): never {
  throw new RuntsError('INVALID_ARGUMENT', `unknown signal ${JSON.stringify(text)}`, {
    hint: `a signal is a number up to ${LAST_SIGNAL} or a name such as TERM or SIGTERM`,
  });
}
