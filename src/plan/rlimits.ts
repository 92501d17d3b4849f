import type { Process } from '../spec/types.ts';
import { onHost } from './context.ts';
import type { Step } from './steps.ts';

/**
 * Set by the host, by prlimit(2), when init has nothing left to open or to fork and has given up the right to raise
 * a limit: a small RLIMIT_NOFILE or RLIMIT_NPROC would stop it half-way, and in a user namespace it never had that
 * right.
 */
export function rlimitSteps({ rlimits = [] }: Process): Step[] {
  return rlimits.map(({ type, soft, hard }, at) =>
    onHost(`/process/rlimits/${at}`, { kind: 'rlimit', type, soft, hard }),
  );
}
