/** Places for what is not finished, each held by the one process that works there. */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import type { HostLock } from '../../host/host.ts';
import type { StoreContext } from './context.ts';
import { acquire } from './lock.ts';

export interface Stage {
  /** Empty at first. */
  readonly directory: string;
  /** Removes what is left there, and lets others have the place. */
  discard(): Promise<void>;
}

const LOCK = '.lock';

/** A place under a name that is nobody else's until it is discarded; waits for who has it. */
export async function openStage(
  context: StoreContext,
  name = randomBytes(16).toString('hex'),
): Promise<Stage> {
  const { files, paths } = context;
  const directory = `${paths.ingest}/${name}`;
  const lock = await acquire(context, directory + LOCK);
  try {
    // What a process has left that died here.
    await files.discardTree(directory);
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    await discard(context, directory, lock).catch(() => {});
    throw error;
  }
  return { directory, discard: () => discard(context, directory, lock) };
}

/** Acts with a place of its own, which goes whatever comes. */
export async function withStage<T>(context: StoreContext, act: (stage: Stage) => Promise<T>): Promise<T> {
  return withStages(async (stages) => {
    const stage = await openStage(context);
    stages.push(stage);
    return act(stage);
  });
}

/** Acts with the places that `act` adds: all of them go, whatever comes of it or of another. @throws The first failure. */
export async function withStages<T>(act: (stages: Stage[]) => Promise<T>): Promise<T> {
  const stages: Stage[] = [];
  const [acted] = await Promise.allSettled([act(stages)]);
  const gone = await Promise.allSettled(stages.map((stage) => stage.discard()));
  if (acted.status === 'rejected') throw acted.reason;
  const stays = gone.find((end) => end.status === 'rejected');
  if (stays !== undefined) throw stays.reason;
  return acted.value;
}

/** The lock's file goes while it is held: who waits for it sees that, and makes a new one. */
async function discard({ files }: StoreContext, directory: string, lock: HostLock): Promise<void> {
  try {
    await files.discardTree(directory);
    unlinkSync(directory + LOCK);
  } finally {
    lock.release();
  }
}

/** Removes what processes have left that died. What does not go, as something is mounted in it, is told and hinders nobody. */
export async function clearIngest(context: StoreContext): Promise<void> {
  for (const name of stageNames(context)) {
    const directory = `${context.paths.ingest}/${name}`;
    const lock = context.files.tryLock(directory + LOCK);
    if (lock === undefined) continue;
    await discard(context, directory, lock).catch((error: unknown) =>
      context.warn(`what a process that died has left cannot be removed: ${(error as Error).message}`),
    );
  }
}

/** Of all places, also of those that nobody holds any more. */
export function stageNames({ paths }: StoreContext): string[] {
  const names = readdirSync(paths.ingest);
  return [...new Set(names.map((name) => (name.endsWith(LOCK) ? name.slice(0, -LOCK.length) : name)))];
}

/** A new file without a name, which goes with its descriptor. */
export function namelessFile({ directory }: Stage): number {
  const path = `${directory}/${randomBytes(8).toString('hex')}`;
  const descriptor = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    unlinkSync(path);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
