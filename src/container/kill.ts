import { RuntsError } from '../errors.ts';
import type { ExecuteFailure } from '../host/host.ts';
import { describeFailure } from '../plan/failure.ts';
import { compileKill, compileKillAll } from '../plan/lifecycle.ts';
import type { Plan } from '../plan/steps.ts';
import { ownCgroup } from './claims.ts';
import type { Context } from './context.ts';
import { execute } from './execute.ts';
import { SIGKILL } from './signals.ts';
import { hasProcess } from './status.ts';
import { load, placeOf } from './store.ts';
import type { Saved } from './saved.ts';
import { notRunning, processOf } from './target.ts';

export interface KillRequest {
  readonly signal: number;
  /** A container in which nothing runs is fine. */
  readonly all: boolean;
}

/** Sends a signal to init; SIGKILL to the whole cgroup where the end of init would not end the rest. */
export async function kill(context: Context, id: string, { signal, all }: KillRequest): Promise<void> {
  const place = placeOf(context.root, id);
  const saved = load(context.host.files, place);
  try {
    await signalContainer(context, saved, signal);
  } catch (error) {
    if (all && error instanceof RuntsError && error.code === 'WRONG_STATE') return;
    throw error;
  }
}

/** @throws {RuntsError} WRONG_STATE `container not running`. */
async function signalContainer(context: Context, saved: Saved, signal: number): Promise<void> {
  const { files } = context.host;
  if (signal === SIGKILL && !hasOwnPids(saved) && (await killAll(context, saved))) return;
  if (!hasProcess(files, saved)) throw notRunning();
  const plan = compileKill(processOf(saved), signal);
  const outcome = await execute(context, plan);
  if (!outcome.ok) throw describe(plan, outcome);
}

/** SIGKILL, where it is no error that nothing runs any more. */
export async function killQuietly(context: Context, saved: Saved): Promise<void> {
  try {
    await signalContainer(context, saved, SIGKILL);
  } catch (error) {
    if (!(error instanceof RuntsError) || error.code !== 'WRONG_STATE') throw error;
  }
}

/** False where the container's cgroup is gone. */
async function killAll(context: Context, saved: Saved): Promise<boolean> {
  const cgroup = ownCgroup(context, saved);
  if (cgroup === undefined) return false;
  const plan = compileKillAll(cgroup);
  const outcome = await execute(context, plan);
  if (!outcome.ok && outcome.errno !== 'ENOENT') throw describe(plan, outcome);
  return outcome.ok;
}

/** A process that ended meanwhile was not running. */
function describe(plan: Plan, failure: ExecuteFailure): RuntsError {
  return failure.errno === 'ESRCH' ? notRunning() : describeFailure(plan, failure);
}

/** The end of a pid namespace's init is the end of all in it (pid_namespaces(7)). */
function hasOwnPids({ spec }: Saved): boolean {
  return spec.linux?.namespaces?.some(({ type, path }) => type === 'pid' && (path ?? '') === '') ?? false;
}
