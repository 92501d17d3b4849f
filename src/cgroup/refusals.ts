import type { LinuxResources, MemoryResources } from '../spec/types.ts';
import { step as token } from '../spec/problems.ts';
import { isZero, propertyName, RESOURCES, type Refusal } from './settings.ts';

/**
 * One line for each property that only cgroup v1 knows, and that therefore changes nothing: clients which know of no
 * difference go on sending them, and runc says nothing. Values that ask for nothing are left out of it, because
 * clients always send some: docker `disableOOMKiller: false`, others zeros and empty lists. -1 of the kernel limits
 * is "no limit", and `useHierarchy: true` is how v2 always counts. A swappiness of 0 does ask for something.
 */
export function ignoredResources(resources: LinuxResources): string[] {
  const { memory, cpu, blockIO, network } = resources;
  if (memory === undefined && cpu === undefined && blockIO === undefined && network === undefined) return [];
  return ignored({ memory: memory ?? {}, cpu: cpu ?? {}, blockIO: blockIO ?? {}, network: network ?? {} });
}

type Ignorable = Required<Pick<LinuxResources, 'memory' | 'cpu' | 'blockIO' | 'network'>>;

function ignored({ memory, cpu, blockIO, network }: Ignorable): string[] {
  const { weightDevice = [] } = blockIO;
  return [
    ...memoryIgnored(memory),
    ...unless(isZero(cpu.realtimeRuntime ?? 0), 'cpu/realtimeRuntime', REALTIME),
    ...unless(isZero(cpu.realtimePeriod ?? 0), 'cpu/realtimePeriod', REALTIME),
    ...unless((blockIO.leafWeight ?? 0) === 0, 'blockIO/leafWeight', LEAF),
    ...weightDevice.flatMap(({ leafWeight = 0 }, i) =>
      unless(leafWeight === 0, `blockIO/weightDevice/${i}/leafWeight`, LEAF),
    ),
    ...unless(
      (network.classID ?? 0) === 0,
      'network/classID',
      'match the cgroup itself with nftables (socket cgroupv2) instead',
    ),
    ...unless(
      (network.priorities ?? []).length === 0,
      'network/priorities',
      'set priorities with tc or nftables instead',
    ),
  ];
}

/** vm.swappiness of every kernel (Documentation/admin-guide/sysctl/vm.rst). */
const DEFAULT_SWAPPINESS = 60;
const REALTIME = 'v2 does not ration realtime tasks';
const LEAF = 'v2 has no leaf weights: use weight';

function memoryIgnored({ kernel = 0, kernelTCP = 0, ...memory }: MemoryResources): string[] {
  const counted = 'v2 counts kernel memory in linux.resources.memory.limit';
  return [
    ...unless(kernel <= 0, 'memory/kernel', counted),
    ...unless(kernelTCP <= 0, 'memory/kernelTCP', counted),
    ...unless(
      memory.swappiness === undefined || memory.swappiness === DEFAULT_SWAPPINESS,
      'memory/swappiness',
      'limit swap instead: swap equal to limit allows none',
    ),
    ...unless(
      memory.disableOOMKiller !== true,
      'memory/disableOOMKiller',
      'protect the process by process.oomScoreAdj instead',
    ),
    ...unless(memory.useHierarchy !== false, 'memory/useHierarchy', 'v2 always counts hierarchically'),
  ];
}

function unless(fine: boolean, path: string, instead: string): string[] {
  if (fine) return [];
  return [`${propertyName(`${RESOURCES}/${path}`)}: ignored, only cgroup v1 has this: ${instead}`];
}

/** Keys of `unified` that name no file of a cgroup. */
export function refusals({ unified = {} }: LinuxResources): Refusal[] {
  return Object.keys(unified).flatMap(unifiedRefusals);
}

function unifiedRefusals(key: string): Refusal[] {
  const because = `${RESOURCES}/unified${token(key)}`;
  const hint = 'give the name of a file of the cgroup, such as memory.high';
  if (key.includes('/')) return [{ because, message: 'a key must be a file name, without a slash', hint }];
  if (key.indexOf('.') < 1)
    return [{ because, message: `the specified key has not the form CONTROLLER.VALUE \`${key}\``, hint }];
  return [];
}
