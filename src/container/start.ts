import { RuntsError } from '../errors.ts';
import { describeFailure } from '../plan/failure.ts';
import { compileStart } from '../plan/lifecycle.ts';
import type { Plan } from '../plan/steps.ts';
import { hasProgram } from '../spec/process.ts';
import type { Context } from './context.ts';
import { destroy } from './delete.ts';
import { execute } from './execute.ts';
import { killQuietly } from './kill.ts';
import { withLock } from './lock.ts';
import { forwardNotify } from './notify.ts';
import { statusUnderLock } from './status.ts';
import type { ContainerStatus } from './status.ts';
import { loadCreation, placeOf } from './store.ts';
import type { Creation, Saved, SpecOutline } from './saved.ts';
import type { Place } from './store.ts';
import { processOf } from './target.ts';

/** Executes the program of a created container. */
export async function start(context: Context, id: string): Promise<void> {
  const { files } = context.host;
  const place = placeOf(context.root, id);
  await withLock(files, place, async (saved) => {
    refuse(statusUnderLock(files, place, saved));
    const notified = forwardNotify(context, place, saved.pid ?? 0);
    await startOrDestroy(context, place, saved);
    await notified;
  });
}

function refuse(status: ContainerStatus): void {
  if (status === 'created') return;
  if (status === 'stopped') throw new RuntsError('WRONG_STATE', 'cannot start a container that has stopped');
  if (status === 'running') throw new RuntsError('WRONG_STATE', 'cannot start an already running container');
  throw new RuntsError('WRONG_STATE', `cannot start a container in the ${status} state`);
}

/** A hook of start that fails is the end of the container (runtime.md#lifecycle, steps 7 and 9). */
async function startOrDestroy(context: Context, place: Place, saved: Saved): Promise<void> {
  try {
    await startLaunched(context, place, saved);
  } catch (error) {
    if (error instanceof RuntsError && error.details.step?.kind === 'hook')
      await destroy(context, place, saved);
    throw error;
  }
}

/**
 * Lets the waiting init go on, and waits until it has executed the program or reported why not. A poststart hook that
 * fails stops the container.
 */
export async function startLaunched(context: Context, place: Place, saved: Saved): Promise<void> {
  requireProgram(saved.spec);
  const { pid } = processOf(saved);
  const plan = compileStart({ spec: saved.spec, facts: saved.facts, pid, cgroup: saved.cgroup });
  const outcome = await execute(context, plan, { traced: true });
  if (outcome.ok) return;
  if (outcome.ofCreate === true)
    throw describeFailure(planOfCreate(loadCreation(context.host.files, place)), outcome);
  if (plan[outcome.step]?.kind === 'hook') await killQuietly(context, saved);
  throw describeFailure(plan, outcome);
}

/** @throws {RuntsError} INVALID_CONFIG for a config without process (runtime.md#start). */
export function requireProgram({ process }: SpecOutline): void {
  if (hasProgram(process)) return;
  throw new RuntsError('INVALID_CONFIG', 'config.json: /process: is not there, and start needs it', {
    path: '/process',
    hint: 'delete the container, and create it anew with a process',
  });
}

/** The plan that init was made from, so far as it is still to run: what came before is there for its count alone. */
function planOfCreate({ startSteps, stepsBefore }: Creation): Plan {
  const [first] = startSteps;
  return first === undefined ? [] : [...Array.from({ length: stepsBefore }, () => first), ...startSteps];
}
