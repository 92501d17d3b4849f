import type { ExecuteOutcome, ExecuteSuccess } from '../host/host.ts';
import { encodePlan } from '../plan/encode.ts';
import { describeFailure } from '../plan/failure.ts';
import type { Plan } from '../plan/steps.ts';
import type { Context } from './context.ts';
import { chromeTrace } from './trace.ts';

export interface Execution {
  readonly stdio?: readonly [number, number, number];
  /** Descriptors that become 3, 4, ... */
  readonly preserve?: readonly number[];
  /** True for the plan that the command is about, whose trace may be wanted. */
  readonly traced?: boolean;
}

/** A plan as executors take it, with its steps for who has to tell of them. */
export interface Runnable {
  readonly text: string;
  /** How many steps it has. */
  readonly count: number;
  readonly steps: () => Plan;
}

function runnable(plan: Plan | Runnable): Runnable {
  return 'text' in plan ? plan : { text: encodePlan(plan), count: plan.length, steps: () => plan };
}

/** Runs a plan; writes the trace that was asked for, also of one that failed. */
export function execute(
  context: Context,
  plan: Plan | Runnable,
  execution: Execution = {},
): Promise<ExecuteOutcome> {
  const { stdio = NO_STDIO, preserve = [], traced = false } = execution;
  const file = traced ? context.trace : undefined;
  const trace = file !== undefined || context.debug !== undefined;
  const { text, steps } = runnable(plan);
  const outcome = context.host.processes.execute(text, { stdio, preserve, trace });
  return trace ? tell(context, steps(), file, outcome) : outcome;
}

const NO_STDIO = [-1, -1, -1] as const;

async function tell(
  { host, debug }: Context,
  plan: Plan,
  file: string | undefined,
  execution: Promise<ExecuteOutcome>,
): Promise<ExecuteOutcome> {
  const outcome = await execution;
  if (debug !== undefined) await tellSteps(debug, plan, outcome.times ?? []);
  if (file !== undefined && outcome.times !== undefined) {
    host.files.replace(file, chromeTrace(plan, outcome.times, host.self.pid), 0o644);
  }
  return outcome;
}

/** Loaded with --debug alone. */
async function tellSteps(
  debug: (message: string) => void,
  plan: Plan,
  times: readonly number[],
): Promise<void> {
  const { debugPlan, debugSteps } = await import('../plan/debug.ts');
  debug(debugPlan(plan));
  debugSteps(plan, times).forEach(debug);
}

/** As {@link execute}. @throws {RuntsError} what failed, by {@link describeFailure}. */
export async function executeOrThrow(
  context: Context,
  plan: Plan | Runnable,
  execution?: Execution,
): Promise<ExecuteSuccess> {
  const outcome = await execute(context, plan, execution);
  if (!outcome.ok) throw describeFailure('text' in plan ? plan.steps() : plan, outcome);
  return outcome;
}
