import { writeStep } from '../cgroup/settings.ts';
import { settingsForSystemd } from '../cgroup/systemd/properties.ts';
import { updateSettings } from '../cgroup/update.ts';
import type { Integer, Linux, LinuxResources, Spec } from '../spec/types.ts';
import { onHost } from './context.ts';
import { START_SOCKET } from './create.ts';
import type { CgroupFacts, Facts, SystemdFacts } from './facts.ts';
import { hookSteps } from './hooks.ts';
import { parentOf } from './paths.ts';
import { AGENT_SLOT, agentSteps } from './seccomp.ts';
import type { Plan, Step } from './steps.ts';
import { updateUnitSteps } from './systemd.ts';

/** A container's process, which nobody else can be taken for. */
export interface ProcessId {
  readonly pid: number;
  /** proc_pid_stat(5) field 22, clock ticks since boot. */
  readonly startTime: number | bigint;
}

/** A cgroup below the mount point of the v2 hierarchy. */
export interface CgroupPlace {
  readonly root: string;
  readonly path: string;
  /** Inode number of its directory, which tells it from a later one of that path; unset: any. */
  readonly inode?: number | bigint;
}

/** The first step of what acts on a container's cgroup: it fails with ENOENT where that is gone. */
export function openCgroup({ root, path, inode = 0 }: CgroupPlace, orOfPid = 0): Step {
  return onHost('', { kind: 'cgroup-open', root, path, inode, orOfPid });
}

export interface HookedContainer {
  readonly spec: Pick<Spec, 'hooks' | 'annotations'>;
  readonly facts: Pick<Facts, 'id' | 'bundle' | 'stateDirectory'>;
}

/** How long a cgroup may take to become empty after it was killed. */
const REMOVE_TIMEOUT_MS = 10_000;

export interface CreatedContainer extends HookedContainer {
  readonly spec: HookedContainer['spec'] & { readonly linux?: Pick<Linux, 'seccomp'> };
  readonly pid: number;
  /** Its cgroup, where an init that dies for want of memory leaves its trace. */
  readonly cgroup: CgroupPlace | undefined;
}

/** `start`: the program is executed by init, which waits for it; then the poststart hooks. */
export function compileStart({ spec, facts, pid, cgroup }: CreatedContainer): Plan {
  return [
    ...(cgroup === undefined ? [] : [openCgroup(cgroup)]),
    ...agentSteps(spec, AGENT_SLOT),
    onHost('', { kind: 'start', directory: facts.stateDirectory, name: START_SOCKET }),
    ...hookSteps('poststart', { spec, facts, pid }),
  ];
}

/** A signal to the container's first process. */
export function compileKill({ pid, startTime }: ProcessId, signal: number): Plan {
  return [onHost('', { kind: 'signal', pid, startTime, signal })];
}

/** SIGKILL to everything in the cgroup, also where it is frozen. */
export function compileKillAll(cgroup: CgroupPlace): Plan {
  return [openCgroup(cgroup), onHost('', { kind: 'cgroup-kill' })];
}

/**
 * Removes the cgroup with all that still runs in it. Its parents stay: callers that made them may be using them, and the one
 * of runts is there for the next container, which is made faster. Only what runts has made in a cgroup that is delegated to
 * a user goes when it is empty. Without a cgroup there is nothing to do: mounts and namespaces go with the process.
 */
export function compileDelete(cgroup: CgroupPlace | undefined, delegated?: string): Plan {
  if (cgroup === undefined) return [];
  const { root, path, inode = 0 } = cgroup;
  const until = parentOf(delegated !== undefined && path.startsWith(`${delegated}/`) ? delegated : path);
  return [onHost('', { kind: 'cgroup-remove', root, path, until, timeoutMs: REMOVE_TIMEOUT_MS, inode })];
}

/**
 * Ends an init that waits for a start which cannot come: that of a creator that was killed before it recorded the
 * process.
 */
export function compileDismiss({ stateDirectory }: Pick<Facts, 'stateDirectory'>): Plan {
  return [
    onHost('', {
      kind: 'dismiss',
      directory: stateDirectory,
      name: START_SOCKET,
      timeoutMs: REMOVE_TIMEOUT_MS,
    }),
  ];
}

/** One plan a poststop hook: what one of them does not manage is a warning, and the others run all the same. */
export function compilePoststop({ spec, facts }: HookedContainer): Plan[] {
  return hookSteps('poststop', { spec, facts }).map((step) => [step]);
}

export function compilePause(cgroup: CgroupPlace): Plan {
  return freeze(cgroup, true);
}

export function compileResume(cgroup: CgroupPlace): Plan {
  return freeze(cgroup, false);
}

function freeze(cgroup: CgroupPlace, frozen: boolean): Plan {
  return [openCgroup(cgroup), onHost('', { kind: 'cgroup-freeze', frozen })];
}

export interface ResourceChange {
  readonly old: LinuxResources;
  readonly change: LinuxResources;
  /** memory.current in bytes, for `checkBeforeUpdate`. */
  readonly usage?: Integer;
}

/** The cgroup that an update changes, and systemd's unit around it, if it has one. */
export interface UpdatePlace extends Pick<CgroupPlace, 'path' | 'inode'> {
  readonly unit?: UpdateUnit | undefined;
}

export interface UpdateUnit {
  readonly name: string;
  readonly systemd: SystemdFacts;
  readonly warn: (message: string) => void;
}

/** `update` of the cgroup at `place`. Throws RuntsError UNSUPPORTED for what this host cannot limit. */
export function compileUpdate(
  { old, change, usage }: ResourceChange,
  { unit, ...place }: UpdatePlace,
  cgroup: CgroupFacts,
): Plan {
  const settings = updateSettings(old, change, cgroup, usage);
  const open = openCgroup({ root: cgroup.root, ...place });
  if (unit === undefined) return [open, ...settings.map(writeStep)];
  const kept = settingsForSystemd(settings);
  return [open, ...updateUnitSteps({ ...unit, settings: kept }), ...kept.map(writeStep)];
}
