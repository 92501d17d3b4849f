import { ignoredResources } from '../cgroup/refusals.ts';
import { mergeResources } from '../cgroup/update.ts';
import { parseCount } from '../cgroup/events.ts';
import { RuntsError } from '../errors.ts';
import { attempt } from '../host/attempt.ts';
import type { CgroupFacts } from '../plan/facts.ts';
import { rdtUpdateSteps } from '../plan/intel-rdt.ts';
import type { RdtChange } from '../plan/intel-rdt.ts';
import { compileUpdate } from '../plan/lifecycle.ts';
import type { CgroupPlace, UpdateUnit } from '../plan/lifecycle.ts';
import type { Plan } from '../plan/steps.ts';
import { formatProblem } from '../spec/problems.ts';
import { readResources } from '../spec/read.ts';
import type { Integer, Linux, LinuxResources } from '../spec/types.ts';
import type { Context } from './context.ts';
import { executeOrThrow } from './execute.ts';
import { absolutePath, baseName } from './paths.ts';
import { cgroupDirectory, statusUnderLock } from './status.ts';
import { withLock } from './lock.ts';
import { loadCreation, placeOf, saveCreation } from './store.ts';
import type { Creation } from './saved.ts';
import type { Place } from './store.ts';
import { notRunning } from './target.ts';

/** `linux.resources` from a file, or from standard input for `-`. */
export function resourcesFromFile(context: Context, path: string): LinuxResources {
  const { files, self } = context.host;
  const text = files.readText(path === '-' ? 'fd:0' : absolutePath(self.cwd, path));
  const file = path === '-' ? 'standard input' : baseName(path);
  const { resources, warnings } = readResources(text, file);
  for (const warning of warnings) context.warn(`${file}: ${formatProblem(warning)}`);
  return resources;
}

/** Changes limits of a container, which keeps those that are not named; all or none. */
export async function update(
  context: Context,
  id: string,
  change: LinuxResources,
  rdt: RdtChange = {},
): Promise<void> {
  const { files } = context.host;
  const place = placeOf(context.root, id);
  await withLock(files, place, async (saved) => {
    if (statusUnderLock(files, place, saved) === 'stopped') throw notRunning();
    await apply(context, place, { saved: loadCreation(files, place), change, rdt });
  });
}

interface Change {
  readonly saved: Creation;
  readonly change: LinuxResources;
  readonly rdt: RdtChange;
}

async function apply(context: Context, place: Place, { saved, change, rdt }: Change): Promise<void> {
  const schemata = rdtUpdateSteps(saved, rdt);
  ignoredResources(change).forEach(context.warn);
  const old = saved.spec.linux?.resources ?? {};
  const merged = mergeResources(old, change);
  const { cgroup: own, hierarchy } = cgroupOf(saved);
  const cgroup = { ...own, unit: unitOf(context, saved) };
  const usage = memoryUsage(context, saved);
  const plan = compileUpdate({ old, change, ...(usage !== undefined && { usage }) }, cgroup, hierarchy);
  try {
    await executeOrThrow(context, [...plan, ...schemata]);
  } catch (error) {
    await restore(context, () =>
      compileUpdate({ old: merged, change: previous(old, change) }, cgroup, hierarchy),
    );
    throw error;
  }
  saveCreation(context.host.files, place, {
    ...saved,
    spec: { ...saved.spec, linux: { ...saved.spec.linux, resources: merged, ...mergeRdt(saved, rdt) } },
  });
}

function mergeRdt({ spec }: Creation, rdt: RdtChange): Pick<Linux, 'intelRdt'> {
  return Object.keys(rdt).length === 0 ? {} : { intelRdt: { ...spec.linux?.intelRdt, ...rdt } };
}

function unitOf({ warn }: Context, { unit, facts }: Creation): UpdateUnit | undefined {
  if (unit === undefined || facts.systemd === undefined) return undefined;
  return { name: unit, systemd: facts.systemd, warn };
}

function cgroupOf({ id, cgroup, facts }: Creation): { cgroup: CgroupPlace; hierarchy: CgroupFacts } {
  if (cgroup !== undefined && facts.cgroup !== undefined)
    return { cgroup: { ...cgroup, root: facts.cgroup.root }, hierarchy: facts.cgroup };
  throw new RuntsError('UNSUPPORTED', `container ${id} has no cgroup, which alone has limits`);
}

function memoryUsage(context: Context, saved: Creation): Integer | undefined {
  const text = attempt(() => context.host.files.readText(`${cgroupDirectory(saved)}/memory.current`));
  return text === undefined ? undefined : parseCount(text);
}

async function restore(context: Context, compile: () => Plan): Promise<void> {
  try {
    await executeOrThrow(context, compile());
  } catch (error) {
    context.warn(`update: cannot restore the old values: ${(error as Error).message}`);
  }
}

const DEFAULT_SHARES = 1024;

/** The change that undoes a change: old values where there were some, no limit where there was none. */
function previous(old: LinuxResources, change: LinuxResources): LinuxResources {
  const memory = change.memory && {
    ...(change.memory.limit !== undefined && { limit: old.memory?.limit ?? -1 }),
    ...(change.memory.swap !== undefined && { swap: old.memory?.swap ?? -1 }),
    ...(change.memory.reservation !== undefined && { reservation: old.memory?.reservation ?? -1 }),
  };
  const cpu = change.cpu && {
    ...old.cpu,
    ...((change.cpu.quota ?? change.cpu.period) !== undefined && { quota: old.cpu?.quota ?? -1 }),
    ...(change.cpu.shares !== undefined && { shares: old.cpu?.shares ?? DEFAULT_SHARES }),
  };
  return {
    ...old,
    ...(memory && { memory }),
    ...(cpu && { cpu }),
    ...(change.pids && { pids: old.pids ?? { limit: -1 } }),
  };
}
