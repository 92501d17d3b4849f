/**
 * `linux.resources` (config-linux.md#control-groups) as writes to the files of a cgroup of version 2. The formulas
 * are those of runc and crun, so that a container gets the same limits from each.
 */
import { RuntsError } from '../errors.ts';
import type { CgroupFacts } from '../plan/facts.ts';
import type { Step } from '../plan/steps.ts';
import type { CpuResources, LinuxResources } from '../spec/types.ts';
import { step as token } from '../spec/problems.ts';
import { blockIOSettings } from './block-io.ts';
import { cpuSettings } from './cpu.ts';
import { devicesStep } from './devices.ts';
import { memorySettings } from './memory.ts';
import { refusals } from './refusals.ts';
import {
  missingController,
  propertyName,
  type Refusal,
  RESOURCES,
  type Setting,
  writeStep,
} from './settings.ts';

/**
 * The host's steps that give a new, open cgroup its limits and its device program, and last pids.max (see
 * {@link limitsTasks}). Throws RuntsError UNSUPPORTED for what this host or cgroup v2 cannot honour, with all such
 * properties in `problems`.
 */
export function resourceSteps(resources: LinuxResources, cgroup: CgroupFacts): Step[] {
  return limitSteps(checkedSettings(resources, cgroup), resources.devices);
}

/** As {@link resourceSteps}, for settings that have been checked. */
export function limitSteps(settings: readonly Setting[], devices: LinuxResources['devices']): Step[] {
  const steps: Step[] = [];
  for (const setting of settings) if (setting.file !== TASKS) steps.push(writeStep(setting));
  steps.push(devicesStep(devices));
  for (const setting of settings) if (setting.file === TASKS) steps.push(writeStep(setting));
  return steps;
}

const TASKS = 'pids.max';

/**
 * True for the write of pids.max, which must follow the last clone into the cgroup: 0 is a valid limit (no task
 * beside the program itself), and the kernel refuses a clone beyond the limit but never the one that is there.
 */
export function limitsTasks(step: Step): boolean {
  return step.kind === 'cgroup-write' && step.file === TASKS;
}

/** The first property that only a cgroup can fulfil; device rules are not among them. */
export function firstLimit(resources: LinuxResources): string | undefined {
  return settings(resources).find(({ idle }) => idle !== true)?.because;
}

/** Controllers that must be enabled in the cgroup for settings. */
export function requiredControllers(settings: readonly Setting[]): string[] {
  const found: string[] = [];
  for (const { controller, idle } of settings) {
    if (controller !== '' && idle !== true && !found.includes(controller)) found.push(controller);
  }
  return found;
}

/** The settings of the resources, all of which the host can make; `current` is what the cgroup has, for an update. */
export function checkedSettings(
  resources: LinuxResources,
  cgroup: CgroupFacts,
  current: LinuxResources = {},
): Setting[] {
  const refused = refusals(resources);
  if (refused.length > 0) throw unsupported(refused);
  const all = settings(resources, current.cpu);
  if (all.length === 0) return all;
  const missing = all.flatMap((setting) => missingController(setting, cgroup) ?? []);
  if (missing.length > 0) throw unsupported(missing);
  return all;
}

function unsupported(refused: readonly Refusal[]): RuntsError {
  const lines = refused.map(({ because, message }) => `${propertyName(because)}: ${message}`);
  const first = refused[0];
  return new RuntsError('UNSUPPORTED', lines[0] ?? '', {
    ...(first && { path: first.because, hint: first.hint }),
    ...(lines.length > 1 && { problems: lines }),
  });
}

function settings(resources: LinuxResources, currentCpu?: CpuResources): Setting[] {
  const { memory, cpu, blockIO, pids, hugepageLimits, rdma, unified } = resources;
  const all: Setting[] = [];
  if (memory !== undefined) all.push(...memorySettings(memory));
  if (cpu !== undefined) all.push(...cpuSettings(cpu, currentCpu));
  if (blockIO !== undefined) all.push(...blockIOSettings(blockIO));
  if (pids !== undefined) all.push(...pidsSettings(pids));
  if (hugepageLimits !== undefined) all.push(...hugetlbSettings(hugepageLimits));
  if (rdma !== undefined) all.push(...rdmaSettings(rdma));
  if (unified !== undefined) all.push(...unifiedSettings(unified));
  return all;
}

type Part<K extends keyof LinuxResources> = NonNullable<LinuxResources[K]>;

function pidsSettings({ limit }: Part<'pids'>): Setting[] {
  if (limit === undefined) return [];
  const value = limit < 0 ? 'max' : String(limit);
  return [
    { controller: 'pids', file: TASKS, value, because: `${RESOURCES}/pids/limit`, idle: value === 'max' },
  ];
}

/** Reservations first: they are refused at mmap, where an overrun at the fault is SIGBUS. Linux 5.7 and newer. */
function hugetlbSettings(limits: Part<'hugepageLimits'>): Setting[] {
  return limits.flatMap(({ pageSize, limit }, index) => {
    const common = {
      controller: 'hugetlb',
      value: String(limit),
      because: `${RESOURCES}/hugepageLimits/${index}`,
    };
    return [
      { ...common, file: `hugetlb.${pageSize}.rsvd.max` },
      { ...common, file: `hugetlb.${pageSize}.max` },
    ];
  });
}

function rdmaSettings(rdma: Part<'rdma'>): Setting[] {
  return Object.entries(rdma).map(([device, { hcaHandles, hcaObjects }]) => {
    const handles = hcaHandles === undefined ? '' : ` hca_handle=${hcaHandles}`;
    const objects = hcaObjects === undefined ? '' : ` hca_object=${hcaObjects}`;
    const because = `${RESOURCES}/rdma${token(device)}`;
    return { controller: 'rdma', file: 'rdma.max', value: `${device}${handles}${objects}`, because };
  });
}

/** After all else, so that a key given by name has the last word; one write a line, as nested keys need it. */
function unifiedSettings(unified: Part<'unified'>): Setting[] {
  return Object.entries(unified).flatMap(([file, text]) => {
    const prefix = file.slice(0, Math.max(file.indexOf('.'), 0));
    const because = `${RESOURCES}/unified${token(file)}`;
    const lines = text.split('\n').filter((line, index) => line !== '' || (index === 0 && text === ''));
    return lines.map((value) => ({ controller: prefix === 'cgroup' ? '' : prefix, file, value, because }));
  });
}
