/** `linux.resources` of config.json (config-linux.md#control-groups), also the document of `update --resources`. */
import { notBitmapList, notCgroupFile, notDeviceAccess, notPageSize } from './flaws.ts';
import type { Scope } from './problems.ts';
import {
  anyString,
  array,
  bigInteger,
  boolean,
  emptyOr,
  enumeration,
  INT64_MAX,
  integer,
  map,
  object,
  string,
  uint32,
  uint64,
} from './schema.ts';
import type {
  BlockIOResources,
  CpuResources,
  DeviceCgroup,
  HugepageLimit,
  InterfacePriority,
  LinuxResources,
  MemoryResources,
  NetworkResources,
  PidsResources,
  RdmaLimit,
  ThrottleDevice,
  WeightDevice,
} from './types.ts';
import { DEVICE_RULE_TYPES } from './words.ts';

/** The kernel keeps 12 bits of major and 20 bits of minor number (include/linux/kdev_t.h). */
export const MAX_MAJOR = 4095;
export const MAX_MINOR = 1048575;
const major = integer('a major number', 0, MAX_MAJOR);
const minor = integer('a minor number', 0, MAX_MINOR);

const orMinusOne = (what: string) => bigInteger(`${what} (-1 is no limit)`, -1, INT64_MAX);

const deviceCgroup = object<DeviceCgroup>(
  {
    allow: boolean,
    type: enumeration('a type of device rule', DEVICE_RULE_TYPES),
    major: integer('a major number (-1 is every one)', -1, MAX_MAJOR),
    minor: integer('a minor number (-1 is every one)', -1, MAX_MINOR),
    access: string(notDeviceAccess),
  },
  { required: ['allow'] },
);

const memory = object<MemoryResources>(
  {
    limit: orMinusOne('a size'),
    reservation: orMinusOne('a size'),
    swap: orMinusOne('a size'),
    kernel: orMinusOne('a size'),
    kernelTCP: orMinusOne('a size'),
    swappiness: integer('a swappiness', 0, 100),
    disableOOMKiller: boolean,
    useHierarchy: boolean,
    checkBeforeUpdate: boolean,
  },
  { rule: checkMemory },
);

/** Swap counts memory too; 0 stands for unset, and an update may leave the other value as it is. */
function checkMemory(value: MemoryResources, scope: Scope): void {
  const { limit = 0, swap = 0 } = value;
  if (limit > 0 && swap > 0 && swap < limit) {
    scope.problem('/swap', `${swap} is below the memory limit, which it includes`, `${limit} at least`);
  }
}

const cpu = object<CpuResources>(
  {
    shares: uint64('a share'),
    quota: orMinusOne('a time in microseconds'),
    burst: uint64('a time in microseconds'),
    period: uint64('a time in microseconds'),
    realtimeRuntime: orMinusOne('a time in microseconds'),
    realtimePeriod: uint64('a time in microseconds'),
    cpus: emptyOr(notBitmapList),
    mems: emptyOr(notBitmapList),
    idle: integer('an idle setting', 0, 1),
  },
  {
    rule: ({ quota = 0, burst = 0 }, scope) => {
      if (quota > 0 && burst > quota)
        scope.problem('/burst', `${burst} is above the quota`, `${quota} at most`);
    },
  },
);

const pids = object<PidsResources>({ limit: orMinusOne('a number of tasks') });

/** The specification counts from 10 to 1000, as cgroup v1 did; 0 stands for unset. */
function checkWeights(value: { weight?: number; leafWeight?: number }, scope: Scope): void {
  for (const name of ['weight', 'leafWeight'] as const) {
    const weight = value[name] ?? 0;
    if (weight !== 0 && weight < 10)
      scope.problem(`/${name}`, `${weight} is too small for a weight`, '0 (unset), or 10 to 1000');
  }
}

const weight = integer('a weight', 0, 1000);

const weightDevice = object<WeightDevice>(
  { major, minor, weight, leafWeight: weight },
  {
    required: ['major', 'minor'],
    rule: (value, scope) => {
      checkWeights(value, scope);
      if (value.weight === undefined && value.leafWeight === undefined)
        scope.problem('', 'sets no weight', 'weight or leafWeight');
    },
  },
);

const throttle = array(
  object<ThrottleDevice>({ major, minor, rate: uint64('a rate') }, { required: ['major', 'minor', 'rate'] }),
);

const blockIO = object<BlockIOResources>(
  {
    weight,
    leafWeight: weight,
    weightDevice: array(weightDevice),
    throttleReadBpsDevice: throttle,
    throttleWriteBpsDevice: throttle,
    throttleReadIOPSDevice: throttle,
    throttleWriteIOPSDevice: throttle,
  },
  { rule: checkWeights },
);

const hugepageLimit = object<HugepageLimit>(
  { pageSize: string(notPageSize), limit: uint64('a size') },
  { required: ['pageSize', 'limit'] },
);

const network = object<NetworkResources>({
  classID: uint32('a class id'),
  priorities: array(
    object<InterfacePriority>(
      { name: string(), priority: uint32('a priority') },
      { required: ['name', 'priority'] },
    ),
  ),
});

const rdma = object<RdmaLimit>(
  { hcaHandles: uint32('a number of handles'), hcaObjects: uint32('a number of objects') },
  {
    rule: ({ hcaHandles, hcaObjects }, scope) => {
      if (hcaHandles === undefined && hcaObjects === undefined)
        scope.problem('', 'sets no limit', 'hcaHandles or hcaObjects');
    },
  },
);

export const resourcesSchema = object<LinuxResources>({
  devices: array(deviceCgroup),
  memory,
  cpu,
  pids,
  blockIO,
  hugepageLimits: array(hugepageLimit),
  network,
  rdma: map(rdma),
  unified: map(anyString, notCgroupFile),
});
