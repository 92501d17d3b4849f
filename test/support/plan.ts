import type { CgroupFacts, CreateOptions, Facts } from '../../src/plan/facts.ts';
import { compileCreate } from '../../src/plan/create.ts';
import { CAPABILITY_NAMES } from '../../src/plan/numbers.ts';
import type { Plan, StepKind, StepOf } from '../../src/plan/steps.ts';
import { RuntsError } from '../../src/errors.ts';
import type { Linux, NamespaceType, Process, Spec } from '../../src/spec/types.ts';

/** A host with all controllers on cgroup v2. */
export const HIERARCHY: CgroupFacts = {
  root: '/sys/fs/cgroup',
  controllers: ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc'],
  hybrid: false,
};

/** Facts of an ordinary host and a privileged runtime. */
export const FACTS: Facts = {
  id: 'web',
  bundle: '/bundle',
  stateDirectory: '/run/runts/web',
  seccompCache: '/run/runts/~seccomp',
  cgroup: HIERARCHY,
  grantable: CAPABILITY_NAMES,
  resctrl: { root: '/sys/fs/resctrl' },
  uid: 0,
};

const IDENTITY = { containerID: 0, hostID: 0, size: 4_294_967_295 } as const;

export const MAPPINGS = [{ containerID: 0, hostID: 100_000, size: 65_536 }] as const;

export const PROCESS: Process = { args: ['sh'], cwd: '/', user: { uid: 0, gid: 0 }, env: ['PATH=/bin'] };

/** The facts in which an ordinary user (uid and gid 1000, with subordinate ids from 100000) differs from root. */
export const USER = {
  uid: 1000,
  grantable: [],
  rootless: {
    kind: 'user',
    gid: 1000,
    mappings: { uid: [IDENTITY], gid: [IDENTITY] },
    deniesGroups: false,
    tools: {
      uid: { path: '/usr/bin/newuidmap', userName: 'user', ranges: [{ start: 100_000, count: 65_536 }] },
      gid: { path: '/usr/bin/newgidmap', userName: 'user', ranges: [{ start: 100_000, count: 65_536 }] },
    },
  },
} as const satisfies Partial<Facts>;

/** Mappings of the user's own id alone. */
export const OWN_ID = {
  uidMappings: [{ containerID: 0, hostID: 1000, size: 1 }],
  gidMappings: [{ containerID: 0, hostID: 1000, size: 1 }],
} as const;

/** A spec with these namespaces, all of its own, and what else is given. */
export function specOf(
  namespaces: readonly NamespaceType[],
  rest: Partial<Spec> = {},
  linux: Partial<Linux> = {},
): Spec {
  const mapped = namespaces.includes('user') ? { uidMappings: MAPPINGS, gidMappings: MAPPINGS } : {};
  return {
    ociVersion: '1.3.0',
    root: { path: 'rootfs' },
    process: PROCESS,
    ...rest,
    linux: { namespaces: namespaces.map((type) => ({ type })), ...mapped, ...linux },
  };
}

/** A spec as {@link specOf} with the usual namespaces. */
export function usualSpec(rest: Partial<Spec> = {}, linux: Partial<Linux> = {}): Spec {
  return specOf(['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'], rest, linux);
}

export function planOf(spec: Spec, options: CreateOptions = {}, facts: Partial<Facts> = {}): Plan {
  return compileCreate(spec, { ...FACTS, ...facts }, options).plan;
}

export function warningsOf(spec: Spec, facts: Partial<Facts> = {}): readonly string[] {
  return compileCreate(spec, { ...FACTS, ...facts }, {}).warnings;
}

/** All steps of a kind. */
export function stepsOf<K extends StepKind>(plan: Plan, kind: K): StepOf<K>[] {
  return plan.filter((step) => step.kind === kind) as unknown as StepOf<K>[];
}

/** The only step of a kind. */
export function stepOf<K extends StepKind>(plan: Plan, kind: K): StepOf<K> {
  const [step, ...more] = stepsOf(plan, kind);
  if (step === undefined || more.length > 0)
    throw new Error(`${more.length + (step ? 1 : 0)} steps of kind ${kind}`);
  return step;
}

/** Kinds in the order of the plan, those of `only` if it is given. */
export function kindsOf(plan: Plan, only?: readonly StepKind[]): StepKind[] {
  return plan.map(({ kind }) => kind).filter((kind) => only?.includes(kind) ?? true);
}

/** What a compile, or a reading, is refused with. */
export function refusalOf(run: () => unknown): RuntsError {
  try {
    run();
  } catch (error) {
    if (error instanceof RuntsError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
