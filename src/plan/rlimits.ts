import type { Process } from '../spec/types.ts';
import { onHost } from './context.ts';
import type { Step } from './steps.ts';

/**
 * Set by the host, by prlimit(2): in a user namespace init may not raise a limit. As late as possible, since a small
 * one could stop init half-way, but before init takes the program's uid: a runtime without CAP_SYS_RESOURCE may only
 * limit processes of its own uid (or of a user namespace that it owns).
 */
export function rlimitSteps({ rlimits = [] }: Process): Step[] {
  return rlimits.map(({ type, soft, hard }, at) =>
    onHost(`/process/rlimits/${at}`, { kind: 'rlimit', type, soft, hard }),
  );
}
