import { RuntsError } from '../errors.ts';
import { describeFailure } from '../plan/failure.ts';
import { compileStart } from '../plan/lifecycle.ts';
import type { Plan } from '../plan/steps.ts';
import type { Context } from './context.ts';
import { execute } from './execute.ts';
import { signalContainer } from './kill.ts';
import { forwardNotify } from './notify.ts';
import { SIGKILL } from './signals.ts';
import { statusUnderLock } from './status.ts';
import type { ContainerStatus } from './status.ts';
import { load, lock, placeOf } from './store.ts';
import type { Saved } from './store.ts';
import { processOf } from './target.ts';

/** Executes the program of a created container. */
export async function start(context: Context, id: string): Promise<void> {
  const { files } = context.host;
  const place = placeOf(context.root, id);
  load(files, place);
  const held = await lock(files, place, true);
  try {
    const saved = load(files, place);
    refuse(statusUnderLock(files, place, saved));
    const notified = forwardNotify(context, place, saved.pid ?? 0);
    await startLaunched(context, saved);
    await notified;
  } finally {
    held?.release();
  }
}

function refuse(status: ContainerStatus): void {
  if (status === 'created') return;
  if (status === 'stopped') throw new RuntsError('WRONG_STATE', 'cannot start a container that has stopped');
  if (status === 'running') throw new RuntsError('WRONG_STATE', 'cannot start an already running container');
  throw new RuntsError('WRONG_STATE', `cannot start a container in the ${status} state`);
}

/**
 * Lets the waiting init go on, and waits until it has executed the program or reported why not. A poststart hook that
 * fails ends the container (runtime.md#lifecycle).
 */
export async function startLaunched(context: Context, saved: Saved): Promise<void> {
  const { pid } = processOf(saved);
  const plan = compileStart({ spec: saved.spec, facts: saved.facts, pid, cgroup: saved.cgroup });
  const outcome = await execute(context, plan, { traced: true });
  if (outcome.ok) return;
  if (outcome.ofCreate === true) throw describeFailure(planOfCreate(saved), outcome);
  if (plan[outcome.step]?.kind === 'hook') await signalContainer(context, saved, SIGKILL);
  throw describeFailure(plan, outcome);
}

/** The plan that init was made from, so far as it is still to run: what came before is there for its count alone. */
function planOfCreate({ startSteps, stepsBefore }: Saved): Plan {
  const [first] = startSteps;
  return first === undefined ? [] : [...Array.from({ length: stepsBefore }, () => first), ...startSteps];
}
