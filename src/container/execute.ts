import type { RuntsError } from '../errors.ts';
import type { Failure, Outcome, Success } from '../host/host.ts';
import { encodePlan } from '../plan/encode.ts';
import { describeFailure } from '../plan/failure.ts';
import type { Plan } from '../plan/steps.ts';
import type { Context } from './context.ts';
import { chromeTrace } from './trace.ts';

export interface Descriptors {
  readonly stdio: readonly [number, number, number];
  /** Descriptors that become 3, 4, ... */
  readonly preserve: readonly number[];
}

const NONE: Descriptors = { stdio: [-1, -1, -1], preserve: [] };

/** Runs a plan; writes the trace that was asked for, also of one that failed. */
export async function execute(context: Context, plan: Plan, descriptors: Descriptors = NONE): Promise<Outcome> {
  const { host, trace } = context;
  const outcome = await host.processes.execute(encodePlan(plan), { ...descriptors, trace: trace !== undefined });
  if (trace !== undefined && outcome.times !== undefined) {
    host.files.replace(trace, chromeTrace(plan, outcome.times, host.self.pid), 0o644);
  }
  return outcome;
}

/** As {@link execute}. @throws {RuntsError} what failed, by {@link describeFailure}. */
export async function executeOrThrow(context: Context, plan: Plan, descriptors?: Descriptors): Promise<Success> {
  const outcome = await execute(context, plan, descriptors);
  if (!outcome.ok) throw describe(plan, outcome);
  return outcome;
}

function describe(plan: Plan, failure: Failure): RuntsError {
  return describeFailure(plan, failure);
}
