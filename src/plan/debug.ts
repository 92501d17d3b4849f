import { cgroupOfPlan } from './cgroup.ts';
import { SECCOMP_FLAG } from './numbers.ts';
import type { Plan, Step, StepOf } from './steps.ts';
import { describeStep } from './text.ts';

/** What a plan comes to, for the log. */
export function debugPlan(plan: Plan): string {
  const cgroup = cgroupOfPlan(plan)?.path;
  const inits = plan.filter(({ on }) => on === 'init').length;
  return `plan: ${plan.length} steps, ${inits} of init; ${cgroup === undefined ? 'no cgroup of its own' : `cgroup ${cgroup}`}`;
}

/**
 * The steps that ran, in the order in which they began. `times` are begin and end of each, microseconds since the
 * epoch; 0 for one that did not run, and for the end of one that did not return: execve, or what init died of.
 */
export function debugSteps(plan: Plan, times: readonly number[]): string[] {
  const ran = plan.flatMap((step, index): Ran[] => {
    const begin = times[index * 2] ?? 0;
    const end = times[index * 2 + 1] ?? 0;
    return begin === 0 ? [] : [{ step, number: index + 1, begin, end }];
  });
  const first = Math.min(...ran.map(({ begin }) => begin));
  return ran
    .toSorted((a, b) => a.begin - b.begin || a.number - b.number)
    .flatMap((each) => {
      const line = stepLine(each, first, plan.length);
      return each.step.kind === 'seccomp' ? [line, seccompLine(each.step)] : [line];
    });
}

interface Ran {
  readonly step: Step;
  readonly number: number;
  readonly begin: number;
  readonly end: number;
}

/** `step 3 of 58, init, +1.204 ms, 0.052 ms: mask /proc/kcore (/linux/maskedPaths/4)` */
function stepLine({ step, number, begin, end }: Ran, first: number, count: number): string {
  const took = end === 0 ? 'no return' : milliseconds(end - begin);
  const because = step.because === '' ? '' : ` (${step.because})`;
  return `step ${number} of ${count}, ${step.on}, +${milliseconds(begin - first)}, ${took}: ${describeStep(step)}${because}`;
}

function milliseconds(microseconds: number): string {
  return `${(microseconds / 1000).toFixed(3)} ms`;
}

/** SECCOMP_FILTER_FLAG_NEW_LISTENER, which init adds where there is an agent. */
const NEW_LISTENER = 8;

/** In the words and the number of runc's log. */
function seccompLine({ flags, listener }: StepOf<'seccomp'>): string {
  const sum = flags.reduce((value, flag) => value | SECCOMP_FLAG[flag], listener > 0 ? NEW_LISTENER : 0);
  return `seccomp filter flags: ${sum}`;
}
