import { ignoredResources } from '../cgroup/refusals.ts';
import { checkedSettings, limitsTasks, limitSteps, requiredControllers } from '../cgroup/resources.ts';
import type { Setting } from '../cgroup/settings.ts';
import { settingsForSystemd } from '../cgroup/systemd/properties.ts';
import type { DeviceCgroup, Spec } from '../spec/types.ts';
import { onHost, section } from './context.ts';
import type { Context } from './context.ts';
import { getsCgroup } from './facts.ts';
import type { CgroupFacts, Facts, SystemdFacts } from './facts.ts';
import { hostId, userMappings } from './ids.ts';
import { makes } from './namespaces.ts';
import { parseMountOptions } from './mount-options.ts';
import { cleanPath } from './paths.ts';
import { unsupported } from './refuse.ts';
import type { Plan, Step, StepOf } from './steps.ts';
import { unitCgroup, unitSteps } from './systemd.ts';
import { requireNoCgroup } from './without-cgroup.ts';

/** Where containers without a cgroupsPath of their own go, and what relative ones count from, on a machine of one's own. */
export const CGROUP_PARENT = '/runts';

export function cgroupParent({ cgroup }: Pick<Facts, 'cgroup'>): string {
  return cgroup?.delegation?.parent ?? CGROUP_PARENT;
}

/** (gid_t)-1 of chown(2): leave it. */
const UNCHANGED = 0xffffffff;

/**
 * The container's cgroup, from the root of the v2 hierarchy. An absolute cgroupsPath is taken as it is; a relative
 * one (config-linux.md leaves the place to the runtime) lies below `parent`, whoever asks.
 */
export function cgroupPath(spec: Spec, id: string, parent: string): string {
  const path = spec.linux?.cgroupsPath ?? '';
  if (path === '') return `${parent}/${id}`;
  if (!path.startsWith('/') && path.split(':').length === 3) {
    throw unsupported(
      '/linux/cgroupsPath',
      `"${path}" is a place of systemd (slice:prefix:name), and cgroups are made by files here`,
      'use --systemd-cgroup, or give a path such as /runts/NAME (the cgroupfs driver of the caller)',
    );
  }
  return cleanPath(path.startsWith('/') ? path : `${parent}/${path}`);
}

/** The cgroup that a plan makes, or has systemd make. */
export function cgroupOfPlan(plan: Plan): Pick<StepOf<'cgroup-adopt'>, 'root' | 'path'> | undefined {
  return plan.find(
    (step): step is StepOf<'cgroup-create'> | StepOf<'cgroup-adopt'> =>
      step.kind === 'cgroup-create' || step.kind === 'cgroup-adopt',
  );
}

/** A container's cgroup, and when it is made. */
export interface CgroupSteps {
  /** Before the clone into it. */
  readonly before: readonly Step[];
  /** After the first clone, where systemd makes the cgroup: a scope is made around a process. */
  readonly entered: readonly Step[];
  /** What must follow the last clone. */
  readonly tasks: readonly Step[];
  /** True where the process is cloned into it. */
  readonly cloneInto: boolean;
}

export function cgroupSteps(context: Context): CgroupSteps {
  const { spec, facts } = context;
  const resources = spec.linux?.resources ?? {};
  ignoredResources(resources).forEach(context.warn);
  if (!getsCgroup(facts)) {
    requireNoCgroup(spec, resources, facts);
    warnOfStrays(context);
    return { before: [], entered: [], tasks: [], cloneInto: false };
  }
  const settings = checkedSettings(resources, facts.cgroup);
  const required = requiredControllers(settings);
  return facts.systemd === undefined
    ? ownCgroup(context, facts.cgroup, { required, settings })
    : systemdCgroup(context, facts.cgroup, { required, settings, systemd: facts.systemd });
}

/** What ends with its pid namespace, or is found in its cgroup, cannot be lost. */
function warnOfStrays({ namespaces, warn }: Context): void {
  if (makes(namespaces, 'pid')) return;
  warn(
    'linux.namespaces: without a pid namespace and a cgroup of its own, kill and delete reach the first process alone',
  );
}

interface Wanted {
  /** Controllers that the limits need. */
  readonly required: readonly string[];
  readonly settings: readonly Setting[];
}

function ownCgroup(context: Context, cgroup: CgroupFacts, { required, settings }: Wanted): CgroupSteps {
  const { spec, facts, options } = context;
  const limits = limitsOf(context, settings);
  const create = onHost(section(spec, '/linux/cgroupsPath'), {
    kind: 'cgroup-create',
    root: cgroup.root,
    path: cgroupPath(spec, facts.id, cgroupParent(facts)),
    controllers: required,
    // statistics are wanted of containers without limits as well
    wanted: required.length === 0 ? cgroup.controllers : unlisted(cgroup.controllers, required),
    fresh: options.freshCgroup === true,
  });
  return {
    before: [create, ...limits.filter((step) => !limitsTasks(step)), ...ownershipSteps(context)],
    entered: [],
    tasks: limits.filter(limitsTasks),
    cloneInto: true,
  };
}

function unlisted(names: readonly string[], listed: readonly string[]): string[] {
  return names.filter((name) => !listed.includes(name));
}

/** What systemd has set is written to the files as well: it does not know all of it. */
function systemdCgroup(
  context: Context,
  { root }: CgroupFacts,
  wanted: Wanted & { readonly systemd: SystemdFacts },
): CgroupSteps {
  const { spec, facts, warn } = context;
  const { systemd, required } = wanted;
  const settings = settingsForSystemd(wanted.settings);
  const { unit, start, late } = unitSteps({ spec, id: facts.id, systemd, settings, warn });
  const limits = limitsOf(context, settings);
  const path = unitCgroup(unit, systemd);
  const vacant = onHost(start.because, { kind: 'cgroup-vacant', root, path });
  const adopt = onHost(start.because, { kind: 'cgroup-adopt', root, path, controllers: required });
  const made = [start, adopt, ...limits.filter((step) => !limitsTasks(step)), ...ownershipSteps(context)];
  const isScope = unit.kind === 'scope';
  return {
    before: isScope ? [vacant] : [vacant, ...made],
    entered: isScope ? made : [],
    tasks: [...late, ...limits.filter(limitsTasks)],
    cloneInto: !isScope,
  };
}

/** A device program takes CAP_BPF or CAP_SYS_ADMIN on the machine; without them nobody can make device nodes either. */
function limitsOf({ spec, facts, warn }: Context, settings: readonly Setting[]): Step[] {
  const devices = spec.linux?.resources?.devices;
  const steps = limitSteps(settings, devices);
  const kept = facts.rootless === undefined ? steps : steps.filter(({ kind }) => kind !== 'cgroup-devices');
  if (facts.rootless !== undefined && devices?.some(deniesDevice) === true)
    warn("linux.resources.devices: rules need the rights of the machine's root, and are left out");
  return kept.map((step) => askedFor(spec, step));
}

/** A step of a default is asked for by what is there of the path to the property that would change it. */
function askedFor(spec: Spec, step: Step): Step {
  if (step.kind === 'cgroup-devices' && spec.linux?.resources?.devices !== undefined) return step;
  const because = section(spec, step.because);
  return because === step.because ? step : { ...step, because };
}

/** More than the denial of everything with which every config begins. */
function deniesDevice({ allow, type = 'a', major = -1 }: DeviceCgroup): boolean {
  return !allow && (type !== 'a' || major >= 0);
}

/**
 * config-linux.md#cgroup-ownership: only with a new cgroup namespace and a writable cgroup mount, to the user that
 * runs the program, as the host knows him.
 */
function ownershipSteps({ spec, namespaces, facts }: Context): Step[] {
  if (!makes(namespaces, 'cgroup')) return [];
  const mount = spec.mounts?.findIndex(({ source, destination, options }) => {
    return source === 'cgroup' && cleanPath(destination) === '/sys/fs/cgroup' && !isReadonly(options);
  });
  if (mount === undefined || mount === -1) return [];
  const mappings = userMappings(spec, namespaces, facts);
  const uid = mappings === undefined ? spec.process.user.uid : hostId(mappings.uid, spec.process.user.uid);
  if (uid === undefined || uid === facts.uid || !facts.grantable.includes('CAP_CHOWN')) return [];
  return [onHost(`/mounts/${mount}`, { kind: 'cgroup-chown', uid, gid: UNCHANGED })];
}

function isReadonly(options: readonly string[] | undefined): boolean {
  return parseMountOptions(options ?? []).set.includes('rdonly');
}
