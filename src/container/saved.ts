/**
 * What later commands know of a container. It is in two files of its state directory: container.json, written once
 * before anything is made, and the small state.json, written once the process is there, which is all that most
 * commands read. A creator that is killed in between leaves the first, which has the second in it.
 */
import { RuntsError } from '../errors.ts';
import type { Facts } from '../plan/facts.ts';
import type { CgroupPlace } from '../plan/lifecycle.ts';
import { agentProfile } from '../plan/seccomp.ts';
import type { Step } from '../plan/steps.ts';
import { parseJson } from '../spec/json.ts';
import { formatJson } from '../spec/json-format.ts';
import type { Linux, Process, Spec } from '../spec/types.ts';

/** Number of the format of both files; another one is refused. */
export const VERSION = 2;

/** A config of more characters may be white space that would make the file too large to be read. */
const MAX_CONFIG = 2 ** 20;

/** state.json. */
export interface Saved {
  readonly version: typeof VERSION;
  /** True where an integer needs a bigint, so that the file has to be read exactly. */
  readonly exact?: true;
  readonly ociVersion: string;
  readonly id: string;
  /** Absolute paths. */
  readonly bundle: string;
  readonly rootfs: string;
  /** The bundle's directory goes with the container. */
  readonly ownsBundle?: true;
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
  readonly spec: SpecOutline;
  readonly facts: FactsOutline;
}

/** What start, kill, delete and state ask of the config. */
export type SpecOutline = Pick<Spec, 'root' | 'hooks' | 'annotations'> & {
  /** The first argument alone: whether there is a program. */
  readonly process: Pick<Process, 'args'>;
  /** The profile only where it has an agent. */
  readonly linux?: Pick<Linux, 'namespaces' | 'intelRdt' | 'seccomp'>;
};

/** What they ask of the machine. */
export type FactsOutline = Pick<Facts, 'id' | 'bundle' | 'stateDirectory' | 'cgroup' | 'systemd' | 'resctrl'>;

/** container.json: all that a container was made from, with the state as it was before. */
export interface Creation extends Saved {
  /** The config as it was checked at create; later changes of config.json mean nothing. */
  readonly spec: Spec;
  readonly facts: Facts;
  /** --no-new-keyring of create, which counts for exec too. */
  readonly noNewKeyring: boolean;
  /** What init does once it is started, and how many steps of its plan come before: for the errors of start. */
  readonly startSteps: readonly Step[];
  readonly stepsBefore: number;
}

/** The part of a creation that state.json has. */
export function outlineOf(creation: Creation): Saved {
  const { noNewKeyring: _, startSteps: __, stepsBefore: ___, spec, facts, ...state } = creation;
  const { id, bundle, stateDirectory, cgroup, systemd, resctrl } = facts;
  return {
    ...state,
    spec: outlineOfSpec(spec),
    facts: { id, bundle, stateDirectory, cgroup, ...(systemd && { systemd }), ...(resctrl && { resctrl }) },
  };
}

function outlineOfSpec({ process, root, hooks, annotations, linux }: Spec): SpecOutline {
  const { poststart, poststop } = hooks ?? {};
  const { namespaces, intelRdt } = linux ?? {};
  const seccomp = agentProfile(linux);
  return {
    root,
    process: { args: process.args.slice(0, 1) },
    ...(hooks && { hooks: { ...(poststart && { poststart }), ...(poststop && { poststop }) } }),
    ...(annotations && { annotations }),
    ...(linux && {
      linux: {
        ...(namespaces && { namespaces }),
        ...(intelRdt && { intelRdt }),
        ...(seccomp && { seccomp }),
      },
    }),
  };
}

/** A creation with what has become of the container since. */
export function withState(creation: Creation, state: Saved): Creation {
  const { spec, facts } = creation;
  return { ...creation, ...state, spec, facts };
}

/** The engine's own formatter and reader take a tenth of the time, but not the integers that need a bigint. */
export function formatSaved(saved: Omit<Saved, 'spec'>): string {
  try {
    return JSON.stringify(saved);
  } catch {
    return formatJson({ ...saved, exact: true });
  }
}

/**
 * The config is most of a creation: where there is a text that says just the same, it is taken as it is. It must be JSON
 * without an integer that needs a bigint.
 */
export function formatCreation(creation: Creation, config?: string): string {
  if (config === undefined || config.length > MAX_CONFIG) return formatSaved(creation);
  const { spec: _, ...others } = creation;
  return `${formatSaved(others).slice(0, -1)},"spec":${config}}`;
}

/** @throws {RuntsError} STATE_CORRUPT. */
export function parseSaved(text: string, id: string, path: string): Saved {
  const quick = parseQuickly(text);
  const saved = quick?.exact === true || quick === undefined ? parseExactly(text, id, path) : quick;
  if (saved?.version === VERSION && saved.id === id) return saved as Saved;
  throw corrupt(id, path, `version ${saved?.version} of container ${JSON.stringify(saved?.id)}`);
}

/** undefined for what is not JSON. */
function parseQuickly(text: string): Partial<Saved> | null | undefined {
  try {
    return JSON.parse(text) as Partial<Saved> | null;
  } catch {
    return undefined;
  }
}

function parseExactly(text: string, id: string, path: string): Partial<Saved> | null {
  const result = parseJson(text);
  if (result.ok) return result.value as unknown as Partial<Saved> | null;
  const { line, column, message } = result.error;
  throw corrupt(id, path, `line ${line}, column ${column}: ${message}`);
}

function corrupt(id: string, path: string, why: string): RuntsError {
  return new RuntsError('STATE_CORRUPT', `${path}: not a state of this version: ${why}`, {
    hint: `delete --force ${id} removes the directory`,
  });
}
