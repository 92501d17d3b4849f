/**
 * Signals that go to the container, by their numbers (signal(7)). Left out: what cannot be caught, SIGCHLD of our own
 * children, SIGWINCH (the size travels by the terminal), SIGURG, SIGPROF and SIGPIPE (of our own descriptors), what job
 * control means for us, and what a fault of ours raises.
 */
export const FORWARDED = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCONT: 18,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGIO: 29,
  SIGPWR: 30,
} as const;

export type ForwardedSignal = keyof typeof FORWARDED;

/** Tells of another size of the terminal. */
export const SIGWINCH = 28;
