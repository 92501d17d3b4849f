import type { CgroupFacts, Delegation } from '../plan/facts.ts';
import type { StepOf } from '../plan/steps.ts';

/** One value for one file of the container's cgroup, before it is known whether the host can set it. */
export interface Setting {
  /** Controller that must be enabled for the file to be there; empty: none. */
  readonly controller: string;
  readonly file: string;
  readonly value: string;
  /** JSON pointer of the property that asks for it. */
  readonly because: string;
  /** File and value for a kernel that has not the first one. */
  readonly otherwise?: { readonly file: string; readonly value: string };
  /**
   * True where a missing file means what the value says: `max` where nothing can be limited, or another default of
   * the kernel. Such a setting needs no controller, so that clients which spell out defaults are served on every host.
   */
  readonly idle?: boolean;
}

/** A property that cgroup v2, or this host, cannot honour. */
export interface Refusal {
  readonly because: string;
  readonly message: string;
  readonly hint: string;
}

/** Where `resources` stands in config.json. */
export const RESOURCES = '/linux/resources';

/** Controllers that exist for cgroup v1 as well, and that a hybrid host therefore may keep there. */
const ALSO_ON_V1: ReadonlySet<string> = new Set([
  'cpu',
  'cpuset',
  'io',
  'memory',
  'pids',
  'hugetlb',
  'rdma',
  'misc',
  'perf_event',
]);

export function writeStep(setting: Setting): StepOf<'cgroup-write'> {
  return {
    kind: 'cgroup-write',
    on: 'host',
    because: setting.because,
    file: setting.file,
    value: setting.value,
    otherwiseFile: setting.otherwise?.file ?? '',
    otherwiseValue: setting.otherwise?.value ?? '',
    ifMissing: setting.idle === true ? 'skip' : 'fail',
  };
}

/** -1 is no limit; 0 is unset and gives undefined, as runc has taught every client. */
export function limitText(value: number | bigint | undefined): string | undefined {
  if (value === undefined || isZero(value)) return undefined;
  return value < 0 ? 'max' : String(value);
}

/** 0n and 0: a 64-bit value may be either type. */
export function isZero(value: number | bigint): boolean {
  return value === 0 || value === 0n;
}

/** `/linux/resources/unified/memory.high` as messages write it: `linux.resources.unified["memory.high"]`. */
export function propertyName(pointer: string): string {
  let text = '';
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (/^\d+$/.test(key)) text += `[${key}]`;
    else if (/^[A-Za-z_]\w*$/.test(key)) text += text === '' ? key : `.${key}`;
    else text += `[${JSON.stringify(key)}]`;
  }
  return text;
}

/** Why a setting cannot be made here, or undefined if its controller is there or none is needed. */
export function missingController(setting: Setting, cgroup: CgroupFacts): Refusal | undefined {
  const { controller, because } = setting;
  if (controller === '' || setting.idle === true || cgroup.controllers.includes(controller)) return undefined;
  if (cgroup.delegation !== undefined) return undelegatedController(setting, cgroup, cgroup.delegation);
  const onV1 = cgroup.hybrid && ALSO_ON_V1.has(controller);
  return {
    because,
    message: `the requested cgroup controller \`${controller}\` is not available on cgroup v2: ${
      onV1
        ? 'it is bound to cgroup v1 on this host'
        : `${cgroup.root}/cgroup.controllers has only ${cgroup.controllers.join(' ') || 'an empty line'}`
    }`,
    hint: onV1
      ? `leave out ${propertyName(because)}, or boot with cgroup_no_v1=all (systemd.unified_cgroup_hierarchy=1)`
      : `leave out ${propertyName(because)}, or have the controller delegated to this cgroup tree by its owner`,
  };
}

/** Who delegates a cgroup says which controllers go with it. */
function undelegatedController(
  { controller, because }: Setting,
  { root, controllers }: CgroupFacts,
  { from }: Delegation,
): Refusal {
  const file = `${root}${from === '/' ? '' : from}/cgroup.controllers`;
  return {
    because,
    message: `the ${controller} controller is not delegated: ${file} has only ${controllers.join(' ') || 'an empty line'}`,
    hint: `leave out ${propertyName(because)}, or have root delegate the controller too (systemd: Delegate=${controller} of user@.service)`,
  };
}
