import { RuntsError } from '../errors.ts';
import { attempt } from '../host/attempt.ts';
import { HostError } from '../host/host.ts';
import type { HostFiles } from '../host/host.ts';
import { checkId, isId } from './id.ts';
import { formatCreation, formatSaved, parseSaved, withState } from './saved.ts';
import type { Creation, Saved } from './saved.ts';

const STATE = 'state.json';
const CREATION = 'container.json';

/** The directory of one container's state. */
export interface Place {
  readonly id: string;
  readonly directory: string;
}

export function placeOf(root: string, id: string): Place {
  checkId(id);
  return { id, directory: `${root}/${id}` };
}

/** Makes the directory of a new container, which is what keeps two of the same id apart. */
export function makePlace(files: HostFiles, root: string, id: string): Place {
  const place = placeOf(root, id);
  try {
    if (!isMade(files, place.directory)) {
      makeRoot(files, root);
      files.makeDirectory(place.directory, 0o700);
    }
  } catch (error) {
    if (error instanceof RuntsError) throw error;
    if (!(error instanceof HostError) || error.errno !== 'EEXIST') throw noPlace(place.directory, error);
    throw new RuntsError('ALREADY_EXISTS', 'container with given ID already exists', {
      cause: error,
      hint: `choose another id than ${id}, or delete that container first`,
    });
  }
  return place;
}

/** False where there is nothing yet to make it in. */
function isMade(files: HostFiles, directory: string): boolean {
  return (
    attempt(() => {
      files.makeDirectory(directory, 0o700);
      return true;
    }, 'ENOENT') ?? false
  );
}

function makeRoot(files: HostFiles, root: string): void {
  try {
    files.makeDirectory(root, 0o700, true);
  } catch (error) {
    throw noPlace(root, error);
  }
}

const OWN_ROOT =
  'an ordinary user needs XDG_RUNTIME_DIR, as a login session sets it, or --root with a directory of his own';

function noPlace(directory: string, cause: unknown): RuntsError {
  const message = `${directory}: cannot make the state directory: ${(cause as Error).message}`;
  return new RuntsError('HOST_FAILED', message, { cause, hint: OWN_ROOT });
}

/** Names of the root directory that are ids. */
export function containerIds(files: HostFiles, root: string, missingIsEmpty: boolean): string[] {
  const read = (): string[] => readStates(root, () => files.list(root));
  const names = missingIsEmpty ? attempt(read, 'ENOENT') : read();
  return (names ?? []).filter(isId).sort();
}

/** Reads states in a directory; where it may not be entered, the error says so instead of naming a file in it. */
function readStates<T>(directory: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof HostError) || error.errno !== 'EACCES') throw error;
    throw new RuntsError('HOST_FAILED', `${directory}: cannot read the states there: permission denied`, {
      cause: error,
      errno: error.errno,
      hint: OWN_ROOT,
    });
  }
}

/** Before anything is made, so that a creator killed at any moment leaves enough to clear. */
export function saveCreation(
  files: HostFiles,
  { directory }: Place,
  creation: Creation,
  config?: string,
): void {
  files.replace(`${directory}/${CREATION}`, formatCreation(creation, config), 0o600);
}

export function save(files: HostFiles, { directory }: Place, saved: Saved): void {
  files.replace(`${directory}/${STATE}`, formatSaved(saved), 0o600);
}

/** @throws {RuntsError} NOT_FOUND `container does not exist`, STATE_CORRUPT, UNSUPPORTED for one of another user. */
export function load(files: HostFiles, place: Place): Saved {
  requireOwn(files, place);
  const saved = read(files, place, STATE) ?? read(files, place, CREATION);
  if (saved !== undefined) return saved;
  throw new RuntsError('NOT_FOUND', 'container does not exist');
}

/** With the whole config, which few commands need. @throws as {@link load}. */
export function loadCreation(files: HostFiles, place: Place): Creation {
  const saved = load(files, place);
  const creation = read(files, place, CREATION);
  if (creation !== undefined) return withState(creation as Creation, saved);
  throw new RuntsError('NOT_FOUND', 'container does not exist');
}

/** undefined for a file that is not there. */
function read(files: HostFiles, { id, directory }: Place, name: string): Saved | undefined {
  const path = `${directory}/${name}`;
  const text = readStates(directory, () => readIfThere(files, path));
  return text === undefined ? undefined : parseSaved(text, id, path);
}

function readIfThere(files: HostFiles, path: string): string | undefined {
  return attempt(() => files.readText(path), 'ENOENT', 'ENOTDIR');
}

/** The state as it is recorded, without the checks of {@link load}; undefined where there is none. */
export function readUnchecked(files: HostFiles, directory: string): string | undefined {
  return readIfThere(files, `${directory}/${STATE}`) ?? readIfThere(files, `${directory}/${CREATION}`);
}

/**
 * A state names programs to run (hooks) and processes to signal: only one's own may be believed. A missing one is fine.
 * @throws {RuntsError} UNSUPPORTED for one of another user.
 */
export function requireOwn(files: HostFiles, { id, directory }: Place): void {
  if (!readStates(directory, () => files.isForeign(directory))) return;
  throw new RuntsError('UNSUPPORTED', `container ${id}: ${directory} belongs to another user`, {
    hint: 'act on it as the user who made it',
  });
}
