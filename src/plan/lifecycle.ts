import { updateSteps } from '../cgroup/update.ts';
import type { Integer, LinuxResources, Spec } from '../spec/types.ts';
import { CGROUP_PARENT } from './cgroup.ts';
import { onHost } from './context.ts';
import { START_SOCKET } from './create.ts';
import type { CgroupFacts, Facts } from './facts.ts';
import { hookSteps } from './hooks.ts';
import { AGENT_SLOT, agentSteps } from './seccomp.ts';
import type { Plan } from './steps.ts';

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
}

export interface HookedContainer {
  readonly spec: Spec;
  readonly facts: Pick<Facts, 'id' | 'bundle' | 'stateDirectory'>;
}

/** How long a cgroup may take to become empty after it was killed. */
const REMOVE_TIMEOUT_MS = 10_000;

export interface CreatedContainer extends HookedContainer {
  readonly pid: number;
  /** Its cgroup, where an init that dies for want of memory leaves its trace. */
  readonly cgroup: CgroupPlace | undefined;
}

/** `start`: the program is executed by init, which waits for it; then the poststart hooks. */
export function compileStart({ spec, facts, pid, cgroup }: CreatedContainer): Plan {
  return [
    ...(cgroup === undefined
      ? []
      : [onHost('', { kind: 'cgroup-open', root: cgroup.root, path: cgroup.path })]),
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
export function compileKillAll({ root, path }: CgroupPlace): Plan {
  return [onHost('', { kind: 'cgroup-open', root, path }), onHost('', { kind: 'cgroup-kill' })];
}

/**
 * Removes the cgroup with all that still runs in it. Its parents stay, as the callers that made them may be using
 * them, but for runts' own, which go when they are empty. Without a cgroup there is nothing to do: mounts and
 * namespaces go with the process.
 */
export function compileDelete(cgroup: CgroupPlace | undefined): Plan {
  if (cgroup === undefined) return [];
  const { root, path } = cgroup;
  const ours = path.startsWith(`${CGROUP_PARENT}/`);
  const until = ours ? '/' : path.slice(0, path.lastIndexOf('/')) || '/';
  return [onHost('', { kind: 'cgroup-remove', root, path, until, timeoutMs: REMOVE_TIMEOUT_MS })];
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

function freeze({ root, path }: CgroupPlace, frozen: boolean): Plan {
  return [onHost('', { kind: 'cgroup-open', root, path }), onHost('', { kind: 'cgroup-freeze', frozen })];
}

export interface ResourceChange {
  readonly old: LinuxResources;
  readonly change: LinuxResources;
  /** memory.current in bytes, for `checkBeforeUpdate`. */
  readonly usage?: Integer;
}

/** `update` of the cgroup at `path`. Throws RuntsError UNSUPPORTED for what this host cannot limit. */
export function compileUpdate(
  { old, change, usage }: ResourceChange,
  path: string,
  cgroup: CgroupFacts,
): Plan {
  const open = onHost('', { kind: 'cgroup-open', root: cgroup.root, path });
  return [open, ...updateSteps(old, change, cgroup, usage)];
}
