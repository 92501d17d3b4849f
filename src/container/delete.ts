import { RuntsError } from '../errors.ts';
import type { HostLock } from '../host/host.ts';
import { compileDelete, compileDismiss, compilePoststop } from '../plan/lifecycle.ts';
import type { CgroupPlace } from '../plan/lifecycle.ts';
import { rdtRemoveSteps } from '../plan/intel-rdt.ts';
import { stopUnitSteps as compileStopUnit } from '../plan/systemd.ts';
import { detachRootSteps } from '../plan/root.ts';
import type { Plan } from '../plan/steps.ts';
import { directoryOf } from './cgroup-tree.ts';
import { ownCgroup } from './claims.ts';
import type { Context } from './context.ts';
import { executeOrThrow } from './execute.ts';
import { killQuietly } from './kill.ts';
import { lock, tryLock } from './lock.ts';
import { hasProcess, statusOf, statusUnderLock } from './status.ts';
import { load, placeOf, requireOwn } from './store.ts';
import type { Saved } from './saved.ts';
import type { Place } from './store.ts';

const PATIENCE_MS = 10_000;
const POLL_MS = 20;

/**
 * Removes a stopped or created container; `force` kills it first, clears what a creator that was killed has left, and
 * finds a missing container fine.
 * @throws {RuntsError} NOT_FOUND, WRONG_STATE.
 */
export async function deleteContainer(context: Context, id: string, force: boolean): Promise<void> {
  const { files } = context.host;
  const place = placeOf(context.root, id);
  requireOwn(files, place);
  const held = tryLock(files, place) ?? (await lockInUse(context, place, force));
  if (held === undefined) return;
  try {
    const saved = loadForDelete(context, place, force);
    if (saved === undefined) return clearLeftover(context, place, force);
    if (!force) refuse(id, statusUnderLock(files, place, saved));
    await destroy(context, place, saved);
  } finally {
    held.release();
  }
}

/**
 * Who holds the lock may be waiting for this very container: it is refused, or killed, before the lock is waited for.
 * undefined where the container is gone.
 */
async function lockInUse(context: Context, place: Place, force: boolean): Promise<HostLock | undefined> {
  const saved = loadForDelete(context, place, force);
  if (saved !== undefined && force) await killQuietly(context, saved);
  else if (saved !== undefined) refuse(place.id, statusOf(context.host.files, place, saved));
  const held = await lockPatiently(context, place);
  if (held === undefined && saved === undefined && !force) throw notFound();
  return held;
}

function notFound(): RuntsError {
  return new RuntsError('NOT_FOUND', 'container does not exist');
}

function refuse(id: string, status: string): void {
  if (status === 'stopped' || status === 'created') return;
  throw new RuntsError('WRONG_STATE', `cannot delete container ${id} that is not stopped: ${status}`, {
    hint: 'stop it with the kill command, or use delete --force',
  });
}

/** undefined where there is no state, or with `force` none that can be read. */
function loadForDelete(context: Context, place: Place, force: boolean): Saved | undefined {
  try {
    return load(context.host.files, place);
  } catch (error) {
    if (!(error instanceof RuntsError)) throw error;
    if (error.code === 'NOT_FOUND' || (force && error.code === 'STATE_CORRUPT')) return undefined;
    throw error;
  }
}

/** A directory without a state is what a creator left that was killed very early; it had made nothing else yet. */
function clearLeftover({ host }: Context, place: Place, force: boolean): void {
  host.files.removeTree(place.directory);
  if (!force) throw notFound();
}

/** undefined where the container is gone. */
async function lockPatiently(context: Context, place: Place): Promise<HostLock | undefined> {
  const { files, self } = context.host;
  for (let waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
    const held = await lock(files, place, false);
    if (held !== undefined || files.kind(place.directory) !== 'directory') return held;
    await self.sleep(POLL_MS);
  }
  throw new RuntsError(
    'WRONG_STATE',
    `container ${place.id} is in use: another command holds ${place.directory}/lock`,
  );
}

/** Removes a container, unless another command already has; `reaped`: the caller has waited for its process. */
export async function removeEnded(
  context: Context,
  { place, saved }: { readonly place: Place; readonly saved: Saved },
  reaped: boolean,
): Promise<void> {
  const held = await lockPatiently(context, place);
  try {
    if (held !== undefined) await (reaped ? clear : destroy)(context, place, saved);
  } finally {
    held?.release();
  }
}

/**
 * Ends what is left of a container and removes its cgroup and state; then the poststop hooks, whose failure is but a
 * warning (runtime.md#lifecycle). The caller holds the lock, or made the container.
 */
export async function destroy(context: Context, place: Place, saved: Saved): Promise<void> {
  const { files } = context.host;
  if (hasProcess(files, saved)) await endProcess(context, saved);
  await clear(context, place, saved);
}

/** As {@link destroy}, for a container whose process is gone. */
async function clear(context: Context, place: Place, saved: Saved): Promise<void> {
  const { files } = context.host;
  const cgroup = ownCgroup(context, saved);
  const removal = [
    ...compileDelete(cgroup, saved.facts.cgroup?.delegation?.parent),
    ...detachRootSteps(saved),
    ...rdtRemoveSteps(saved),
    ...dismissal(saved),
  ];
  if (removal.length > 0) await executeOrThrow(context, removal);
  if (saved.unit !== undefined && cgroup !== undefined) await stopUnit(context, saved, cgroup);
  files.removeTree(place.directory);
  for (const hook of compilePoststop(saved)) {
    await executeOrThrow(context, hook).catch((error: unknown) => context.warn((error as Error).message));
  }
  if (saved.ownsBundle === true) await files.discardTree(saved.bundle);
}

/** What a creator left that was killed before it recorded the process, and that is in no cgroup. */
function dismissal({ phase, startSocket, facts }: Saved): Plan {
  return phase === 'creating' && startSocket !== undefined ? compileDismiss(facts) : [];
}

/**
 * Nothing is left in the unit by now, but it may have failed and keep its name. Where its cgroup is still there, unit
 * and cgroup are another's who came after.
 */
async function stopUnit(context: Context, { unit, facts }: Saved, cgroup: CgroupPlace): Promise<void> {
  if (unit === undefined || facts.systemd === undefined) return;
  if (context.host.files.exists(directoryOf(cgroup))) return;
  await executeOrThrow(context, compileStopUnit(unit, facts.systemd)).catch((error: unknown) =>
    context.warn((error as Error).message),
  );
}

async function endProcess(context: Context, saved: Saved): Promise<void> {
  const { files, self } = context.host;
  await killQuietly(context, saved);
  for (let waited = 0; hasProcess(files, saved); waited += POLL_MS) {
    if (waited >= PATIENCE_MS) throw new RuntsError('WRONG_STATE', 'container init still running');
    await self.sleep(POLL_MS);
  }
}
