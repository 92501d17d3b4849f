/** Places for the bundles of containers that have none of their own, which go with them. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { load, placeOf } from '../../container/store.ts';
import { RuntsError } from '../../errors.ts';
import { attempt } from '../../host/attempt.ts';
import { checked } from '../../host/checked.ts';
import type { HostFiles, HostLock } from '../../host/host.ts';
import type { StoreContext } from './context.ts';
import { withStage } from './ingest.ts';
import type { Stage } from './ingest.ts';
import { withLock } from './lock.ts';
import { unuseImage } from './uses.ts';

/** The container that a place is for. */
export interface ClaimOwner {
  readonly id: string;
  /** Directory of containers' states. */
  readonly root: string;
}

export interface Claim {
  /** Has nothing yet but what claims need. */
  readonly directory: string;
  /** Another container is about to be made in it. @throws {RuntsError} WRONG_STATE while the one before is there. */
  assign(owner: ClaimOwner): void;
  /** From here on the place is as its container is: it goes where there is none. */
  release(): Promise<void>;
}

const OWNER = 'owner.json';
/** Held until the container is there. */
const LOCK = 'lock';

/**
 * A place for a container. What a dead one has left there is removed.
 * @throws {RuntsError} ALREADY_EXISTS, INVALID_ID.
 */
export async function claim(context: StoreContext, owner: ClaimOwner): Promise<Claim> {
  const { files, paths } = context;
  const { directory } = placeOf(paths.containers, owner.id);
  await removeIfDead(context, directory);
  const lock = await withLock(context, () => take(files, directory, owner));
  const release = async (): Promise<void> => {
    lock.release();
    await removeIfDead(context, directory);
    if (files.kind(directory) === 'missing') await unuseImage(context, directory);
  };
  const assign = (other: ClaimOwner): void => {
    if (isBundleOfContainer(files, directory)) throw inUse(directory);
    writeOwner(files, directory, other);
  };
  return { directory, assign, release };
}

const inUse = (directory: string): RuntsError =>
  new RuntsError('WRONG_STATE', `${directory}: a container uses it, and it can be that of one at a time`);

/**
 * Removes all places whose containers are gone, or never came to be: when the stage is discarded. The caller has the store's lock.
 */
export function removeDeadClaims({ files, paths }: StoreContext, stage: Stage): void {
  for (const name of readdirSync(paths.containers))
    putAsideIfDead(files, `${paths.containers}/${name}`, stage);
}

function take(files: HostFiles, directory: string, owner: ClaimOwner): HostLock {
  try {
    checked(() => mkdirSync(directory, { mode: 0o700 }));
  } catch (cause) {
    throw new RuntsError('ALREADY_EXISTS', `container ${owner.id}: has its files in ${directory} already`, {
      cause,
      hint: 'choose another id, or delete that container first: it may be one of another --root',
    });
  }
  const lock = files.tryLock(`${directory}/${LOCK}`);
  if (lock === undefined) throw new RuntsError('INTERRUPTED', `${directory}: another process has taken it`);
  try {
    writeOwner(files, directory, owner);
  } catch (error) {
    lock.release();
    throw error;
  }
  return lock;
}

function writeOwner(files: HostFiles, directory: string, { id, root }: ClaimOwner): void {
  files.replace(`${directory}/${OWNER}`, JSON.stringify({ id, root }), 0o600);
}

/** What a container has written may be much: nobody waits for the store's lock while it goes. */
async function removeIfDead(context: StoreContext, directory: string): Promise<void> {
  const { files } = context;
  if (files.kind(directory) === 'missing') return;
  await withStage(context, (stage) => withLock(context, () => putAsideIfDead(files, directory, stage)));
}

/** One that nobody works at, and that is the bundle of no container. */
function putAsideIfDead(files: HostFiles, directory: string, stage: Stage): void {
  // ENOENT: no place, or one that a command takes away just now
  const lock = attempt(() => files.tryLock(`${directory}/${LOCK}`), 'ENOENT');
  if (lock === undefined) return;
  try {
    if (isBundleOfContainer(files, directory)) return;
    // ENOENT: it went with its container meanwhile
    attempt(() => checked(() => renameSync(directory, `${stage.directory}/${randomUUID()}`)), 'ENOENT');
  } finally {
    lock.release();
  }
}

function isBundleOfContainer(files: HostFiles, directory: string): boolean {
  const owner = attempt(() => checked(() => readFileSync(`${directory}/${OWNER}`, 'utf8')), 'ENOENT');
  if (owner === undefined || owner === '') return false;
  const { id, root } = JSON.parse(owner) as ClaimOwner;
  try {
    return load(files, placeOf(root, id)).bundle === directory;
  } catch (error) {
    if (!(error instanceof RuntsError)) throw error;
    // a state that cannot be read may be that of a container which lives: `delete --force` is for it
    return error.code !== 'NOT_FOUND';
  }
}
