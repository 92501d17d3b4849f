import { SECCOMP_FLAG } from './numbers.ts';
import type { Plan, StepOf } from './steps.ts';
import { describeStep } from './text.ts';

/** SECCOMP_FILTER_FLAG_NEW_LISTENER, which init adds where there is an agent. */
const NEW_LISTENER = 8;

/** A plan for the log, one line a step: `init 17 of 61: mount proc at /proc, asked for by /mounts/0`. */
export function debugLines(plan: Plan): string[] {
  return plan.flatMap((step, at) => {
    const because = step.because === '' ? '' : `, asked for by ${step.because}`;
    const line = `${step.on} ${at + 1} of ${plan.length}: ${describeStep(step)}${because}`;
    return step.kind === 'seccomp' ? [line, seccompLine(step)] : [line];
  });
}

/** In the words and the number of runc's log. */
function seccompLine({ flags, listener }: StepOf<'seccomp'>): string {
  const sum = flags.reduce((value, flag) => value | SECCOMP_FLAG[flag], listener > 0 ? NEW_LISTENER : 0);
  return `seccomp filter flags: ${sum}`;
}
