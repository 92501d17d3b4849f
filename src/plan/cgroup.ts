import { ignoredResources } from '../cgroup/refusals.ts';
import { limitsTasks, requiredControllers, resourceSteps } from '../cgroup/resources.ts';
import type { LinuxResources, Spec } from '../spec/types.ts';
import { onHost, section } from './context.ts';
import type { Context } from './context.ts';
import { getsCgroup } from './facts.ts';
import { hostId, userMappings } from './ids.ts';
import { makes } from './namespaces.ts';
import { parseMountOptions } from './mount-options.ts';
import { cleanPath } from './paths.ts';
import { unsupported } from './refuse.ts';
import type { Step } from './steps.ts';

/** Where containers without a cgroupsPath of their own go, and what relative ones count from. */
export const CGROUP_PARENT = '/runts';

/** (gid_t)-1 of chown(2): leave it. */
const UNCHANGED = 0xffffffff;

/**
 * The container's cgroup, from the root of the v2 hierarchy. An absolute cgroupsPath is taken as it is; a relative
 * one (config-linux.md leaves the place to the runtime) lies below {@link CGROUP_PARENT}, whoever asks.
 */
export function cgroupPath(spec: Spec, id: string): string {
  const path = spec.linux?.cgroupsPath ?? '';
  if (path === '') return `${CGROUP_PARENT}/${id}`;
  if (!path.startsWith('/') && path.split(':').length === 3) {
    throw unsupported(
      '/linux/cgroupsPath',
      `"${path}" is a place of systemd (slice:prefix:name), and cgroups are made by files here`,
      'give a path such as /runts/NAME, or set the cgroup driver of the caller to cgroupfs',
    );
  }
  return cleanPath(path.startsWith('/') ? path : `${CGROUP_PARENT}/${path}`);
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
  if (!getsCgroup(facts)) return withoutCgroup(resources);
  const required = requiredControllers(resources).map(({ controller }) => controller);
  const limits = resourceSteps(resources, facts.cgroup).map((step) => ({
    ...step,
    because: section(spec, step.because),
  }));
  const create = onHost(section(spec, '/linux/cgroupsPath'), {
    kind: 'cgroup-create',
    root: facts.cgroup.root,
    path: cgroupPath(spec, facts.id),
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

function withoutCgroup(resources: LinuxResources): CgroupSteps {
  const first = requiredControllers(resources)[0];
  if (first !== undefined) {
    throw unsupported(first.because, 'needs a cgroup, and cgroups are switched off', 'leave the limit out');
  }
  return { before: [], tasks: [] };
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
  if (uid === undefined || uid === facts.uid) return [];
  return [onHost(`/mounts/${mount}`, { kind: 'cgroup-chown', uid, gid: UNCHANGED })];
}

function isReadonly(options: readonly string[] | undefined): boolean {
  return parseMountOptions(options ?? []).set.includes('rdonly');
}
