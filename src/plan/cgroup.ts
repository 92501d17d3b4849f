import { ignoredResources } from '../cgroup/refusals.ts';
import { limitsTasks, requiredControllers, resourceSteps } from '../cgroup/resources.ts';
import type { DeviceCgroup, LinuxResources, Spec } from '../spec/types.ts';
import { onHost, section } from './context.ts';
import type { Context } from './context.ts';
import { getsCgroup } from './facts.ts';
import type { CgroupFacts, Delegation, Facts } from './facts.ts';
import { hostId, userMappings } from './ids.ts';
import { makes } from './namespaces.ts';
import { parseMountOptions } from './mount-options.ts';
import { cleanPath } from './paths.ts';
import { unsupported } from './refuse.ts';
import { callerName } from './rootless.ts';
import type { Step } from './steps.ts';

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
      'give a path such as /runts/NAME, or set the cgroup driver of the caller to cgroupfs',
    );
  }
  return cleanPath(path.startsWith('/') ? path : `${parent}/${path}`);
}

/** The cgroup before the clone into it, and what must follow the last clone. */
export interface CgroupSteps {
  readonly before: readonly Step[];
  readonly tasks: readonly Step[];
}

export function cgroupSteps(context: Context): CgroupSteps {
  const { spec, facts, options } = context;
  const resources = spec.linux?.resources ?? {};
  ignoredResources(resources).forEach(context.warn);
  if (!getsCgroup(facts)) return withoutCgroup(spec, resources, facts);
  const required = requiredControllers(resources).map(({ controller }) => controller);
  const limits = limitSteps(context, resources, facts.cgroup);
  const create = onHost(section(spec, '/linux/cgroupsPath'), {
    kind: 'cgroup-create',
    root: facts.cgroup.root,
    path: cgroupPath(spec, facts.id, cgroupParent(facts)),
    controllers: required,
    // statistics are wanted of containers without limits as well
    wanted: facts.cgroup.controllers.filter((name) => !required.includes(name)),
    fresh: options.freshCgroup === true,
  });
  return {
    before: [create, ...limits.filter((step) => !limitsTasks(step)), ...ownershipSteps(context)],
    tasks: limits.filter(limitsTasks),
  };
}

/** A device program takes CAP_BPF or CAP_SYS_ADMIN on the machine; without them nobody can make device nodes either. */
function limitSteps({ spec, facts, warn }: Context, resources: LinuxResources, cgroup: CgroupFacts): Step[] {
  const steps = resourceSteps(resources, cgroup);
  const kept = facts.rootless === undefined ? steps : steps.filter(({ kind }) => kind !== 'cgroup-devices');
  if (facts.rootless !== undefined && resources.devices?.some(deniesDevice) === true)
    warn("linux.resources.devices: rules need the rights of the machine's root, and are left out");
  return kept.map((step) => ({ ...step, because: section(spec, step.because) }));
}

/** More than the denial of everything with which every config begins. */
function deniesDevice({ allow, type = 'a', major = -1 }: DeviceCgroup): boolean {
  return !allow && (type !== 'a' || major >= 0);
}

function withoutCgroup(spec: Spec, resources: LinuxResources, facts: Facts): CgroupSteps {
  const missing = facts.cgroupDisabled === true ? undefined : facts.cgroup?.delegation;
  const first = requiredControllers(resources)[0];
  if (missing !== undefined) refuseUndelegated(spec, { ...missing, first, caller: callerName(facts) });
  else if (first !== undefined) {
    const why =
      facts.cgroupDisabled === true ? 'cgroups are switched off' : 'there is no cgroup v2 hierarchy here';
    throw unsupported(first.because, `needs a cgroup, and ${why}`, 'leave the limit out');
  }
  return { before: [], tasks: [] };
}

interface Undelegated extends Delegation {
  readonly first: { readonly because: string } | undefined;
  readonly caller: string;
}

/** Only a container that asks for nothing of a cgroup can do without one. */
function refuseUndelegated(spec: Spec, { missing = '/', required, first, caller }: Undelegated): void {
  const place = `the cgroup ${missing} is not delegated to ${caller}`;
  const remedy =
    'or have root delegate a cgroup: start runts by systemd-run --user --scope -p Delegate=yes (docs/rootless.md)';
  if (first !== undefined)
    throw unsupported(first.because, `needs a cgroup, and ${place}`, `leave the limit out, ${remedy}`);
  if (spec.linux?.cgroupsPath)
    throw unsupported('/linux/cgroupsPath', `cannot be made: ${place}`, `leave it out, ${remedy}`);
  if (required === true)
    throw unsupported(
      '/linux',
      `needs a cgroup (--rootless false), and ${place}`,
      `leave --rootless out, ${remedy}`,
    );
}

/**
 * config-linux.md#cgroup-ownership: only with a new cgroup namespace and a writable cgroup mount, to the user that
 * runs the program, as the host knows him.
 */
function ownershipSteps({ spec, namespaces, facts }: Context): Step[] {
  const mount = spec.mounts?.findIndex(({ source, destination, options }) => {
    return source === 'cgroup' && cleanPath(destination) === '/sys/fs/cgroup' && !isReadonly(options);
  });
  if (!makes(namespaces, 'cgroup') || mount === undefined || mount === -1) return [];
  const mappings = userMappings(spec, namespaces, facts);
  const uid = mappings === undefined ? spec.process.user.uid : hostId(mappings.uid, spec.process.user.uid);
  if (uid === undefined || uid === facts.uid || !facts.grantable.includes('CAP_CHOWN')) return [];
  return [onHost(`/mounts/${mount}`, { kind: 'cgroup-chown', uid, gid: UNCHANGED })];
}

function isReadonly(options: readonly string[] | undefined): boolean {
  return parseMountOptions(options ?? []).set.includes('rdonly');
}
