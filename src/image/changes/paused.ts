import type { Context } from '../../container/context.ts';
import { pause, resume } from '../../container/pause.ts';
import { state } from '../../container/state.ts';
import { RuntsError } from '../../errors.ts';
import type { ChangedContainer } from './container.ts';

/**
 * Pauses the processes of a container that runs for as long as some work takes.
 * @throws {RuntsError} UNSUPPORTED for a container without a cgroup, before the work.
 */
export async function whilePaused<T>(
  context: Context,
  { id }: ChangedContainer,
  work: () => Promise<T>,
): Promise<T> {
  if (id === undefined || (await state(context, id)).status !== 'running') return work();
  await pauseOrAdvise(context, id);
  try {
    return await work();
  } finally {
    await resumeIfThere(context, id);
  }
}

async function pauseOrAdvise(context: Context, id: string): Promise<void> {
  try {
    await pause(context, id);
  } catch (error) {
    if (!(error instanceof RuntsError && error.code === 'UNSUPPORTED')) throw error;
    const hint = 'with --no-pause its files are read while its programs may change them';
    throw new RuntsError(error.code, error.message, { ...error.details, hint });
  }
}

/** Somebody else may have let it go on, killed it or deleted it meanwhile. */
async function resumeIfThere(context: Context, id: string): Promise<void> {
  try {
    await resume(context, id);
  } catch (error) {
    const isGone = error instanceof RuntsError && ['WRONG_STATE', 'NOT_FOUND'].includes(error.code);
    if (!isGone) throw error;
  }
}
