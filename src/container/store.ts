import { RuntsError } from '../errors.ts';
import { attempt } from '../host/attempt.ts';
import { HostError } from '../host/host.ts';
import type { HostFiles } from '../host/host.ts';
import type { Facts } from '../plan/facts.ts';
import type { CgroupPlace } from '../plan/lifecycle.ts';
import type { Step } from '../plan/steps.ts';
import { parseJson } from '../spec/json.ts';
import { formatJson } from '../spec/json-format.ts';
import type { Spec } from '../spec/types.ts';
import { checkId, isId } from './id.ts';

/** Number of the format of state.json; another one is refused. */
const VERSION = 1;

/** state.json of a container: everything that later commands know of it. */
export interface Saved {
  readonly version: typeof VERSION;
  readonly ociVersion: string;
  readonly id: string;
  /** Absolute paths. */
  readonly bundle: string;
  readonly rootfs: string;
  /** RFC 3339, UTC. */
  readonly created: string;
  /** User id of who created it. */
  readonly owner: number;
  /** `creating` until the process is recorded. */
  readonly phase: 'creating' | 'created';
  readonly pid?: number;
  /** proc_pid_stat(5) field 22 of pid. */
  readonly startTime?: number;
  /** Name of the socket in the state directory at which init waits for start; unset for `run`. */
  readonly startSocket?: string;
  /** The cgroup that was made; unset without one. Its inode is known once the process is. */
  readonly cgroup?: CgroupPlace;
  /** systemd's unit around it; unset where the runtime has made the cgroup itself. */
  readonly unit?: string;
  /** The config as it was checked at create; later changes of config.json mean nothing. */
  readonly spec: Spec;
  readonly facts: Facts;
  /** --no-new-keyring of create, which counts for exec too. */
  readonly noNewKeyring: boolean;
  /** What init does once it is started, and how many steps of its plan come before: for the errors of start. */
  readonly startSteps: readonly Step[];
  readonly stepsBefore: number;
}

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
  makeRoot(files, root);
  try {
    files.makeDirectory(place.directory, 0o700);
  } catch (error) {
    if (!(error instanceof HostError) || error.errno !== 'EEXIST') throw noPlace(place.directory, error);
    throw new RuntsError('ALREADY_EXISTS', 'container with given ID already exists', {
      cause: error,
      hint: `choose another id than ${id}, or delete that container first`,
    });
  }
  return place;
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
export function readStates<T>(directory: string, read: () => T): T {
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

export function save(files: HostFiles, place: Place, saved: Saved): void {
  files.replace(`${place.directory}/state.json`, format(saved), 0o600);
}

/** Texts of configs: a config is most of a state, and a launch saves the same one twice. */
const configs = new WeakMap<Spec, string>();

function format({ spec, ...rest }: Saved): string {
  const config = configs.get(spec) ?? formatQuickly(spec);
  configs.set(spec, config);
  return `${formatQuickly(rest).slice(0, -1)},"spec":${config}}`;
}

/** The engine's own formatter takes a tenth of the time, but not the integers that need a bigint. */
function formatQuickly(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return formatJson(value);
  }
}

/** @throws {RuntsError} NOT_FOUND `container does not exist`, STATE_CORRUPT, UNSUPPORTED for one of another user. */
export function load(files: HostFiles, place: Place): Saved {
  requireOwn(files, place);
  const text = readStates(place.directory, () => readState(files, place));
  return parse(text, place);
}

function readState(files: HostFiles, { directory }: Place): string {
  try {
    return files.readText(`${directory}/state.json`);
  } catch (error) {
    if (error instanceof HostError && (error.errno === 'ENOENT' || error.errno === 'ENOTDIR')) {
      throw new RuntsError('NOT_FOUND', 'container does not exist', { cause: error });
    }
    throw error;
  }
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

function parse(text: string, place: Place): Saved {
  const value = /\d{16}/.test(text) ? parseExactly(text, place) : parseQuickly(text, place);
  if (value.version === VERSION && value.id === place.id) return value;
  throw corrupt(place, `version ${value.version} of container ${JSON.stringify(value.id)}`);
}

/** JSON.parse is exact for integers of 15 digits; a state seldom holds longer ones. */
function parseQuickly(text: string, place: Place): Saved {
  try {
    return JSON.parse(text) as Saved;
  } catch (error) {
    throw corrupt(place, (error as Error).message);
  }
}

function parseExactly(text: string, place: Place): Saved {
  const result = parseJson(text);
  if (result.ok) return result.value as unknown as Saved;
  throw corrupt(place, `line ${result.error.line}, column ${result.error.column}: ${result.error.message}`);
}

function corrupt(place: Place, why: string): RuntsError {
  return new RuntsError(
    'STATE_CORRUPT',
    `${place.directory}/state.json: not a state of this version: ${why}`,
    {
      hint: `delete --force ${place.id} removes the directory`,
    },
  );
}
