/** `linux` of config.json (config-linux.md). */
import {
  countMembers,
  notAbsolute,
  notCgroupsPath,
  notClosId,
  notInterface,
  notInterfaceTemplate,
  notMemoryBandwidth,
  notNodeList,
  notOneLine,
} from './flaws.ts';
import { show } from './problems.ts';
import type { Scope } from './problems.ts';
import {
  anyString,
  array,
  boolean,
  emptyOr,
  enumeration,
  id,
  int64,
  integer,
  map,
  object,
  string,
} from './schema.ts';
import { MAX_MAJOR, MAX_MINOR, resourcesSchema } from './schema-resources.ts';
import { seccompSchema } from './schema-seccomp.ts';
import type {
  Device,
  IdMapping,
  IntelRdt,
  Linux,
  MemoryPolicy,
  Namespace,
  NetDevice,
  Personality,
  TimeOffset,
  TimeOffsets,
} from './types.ts';
import {
  DEVICE_TYPES,
  MEMORY_POLICY_FLAGS,
  MEMORY_POLICY_MODES,
  NAMESPACE_TYPES,
  PERSONALITY_DOMAINS,
  ROOTFS_PROPAGATIONS,
} from './words.ts';

const namespace = object<Namespace>(
  { type: enumeration('a namespace type', NAMESPACE_TYPES), path: emptyOr(notAbsolute) },
  { required: ['type'] },
);

function refuseSameNamespace(namespaces: readonly Namespace[], scope: Scope): void {
  if (new Set(namespaces.map(({ type }) => type)).size === namespaces.length) return;
  namespaces.forEach(({ type }, at) => {
    const first = namespaces.findIndex((other) => other.type === type);
    if (first !== at)
      scope.problem(`/${at}/type`, `${type} is there twice, first at entry ${first}`, 'one entry a type');
  });
}

const ID_MAX = 2 ** 32 - 2;

const idMapping = object<IdMapping>(
  { containerID: id('an id'), hostID: id('an id'), size: integer('a number of ids', 1, ID_MAX + 1) },
  {
    required: ['containerID', 'hostID', 'size'],
    rule: ({ containerID, hostID, size }, scope) => {
      const most = ID_MAX + 1 - Math.max(containerID, hostID);
      if (size > most)
        scope.problem('/size', `${size} ids go beyond the last id, ${ID_MAX}`, `${most} at most`);
    },
  },
);

/** The kernel takes 340 extents, none of which may share an id with another (user_namespaces(7)). */
const MAX_EXTENTS = 340;

export const idMappings = array(idMapping, { rule: checkMappings });

function checkMappings(mappings: readonly IdMapping[], scope: Scope): void {
  if (mappings.length > MAX_EXTENTS)
    scope.problem('', `has ${mappings.length} entries`, `${MAX_EXTENTS} at most`);
  else for (const side of ['containerID', 'hostID'] as const) refuseOverlap(mappings, side, scope);
}

function refuseOverlap(mappings: readonly IdMapping[], side: 'containerID' | 'hostID', scope: Scope): void {
  mappings.forEach((mapping, at) => {
    const other = mappings.findIndex(
      (earlier, index) =>
        index < at &&
        earlier[side] < mapping[side] + mapping.size &&
        mapping[side] < earlier[side] + earlier.size,
    );
    if (other !== -1)
      scope.problem(`/${at}/${side}`, `the ids from ${mapping[side]} overlap those of entry ${other}`);
  });
}

const timeOffset = object<TimeOffset>({
  secs: int64('a time in seconds'),
  nanosecs: integer('a time in nanoseconds', 0, 999_999_999),
});
const timeOffsets = object<TimeOffsets>({ boottime: timeOffset, monotonic: timeOffset });

const device = object<Device>(
  {
    type: enumeration('a device type', DEVICE_TYPES),
    path: string(notAbsolute, '/'),
    major: integer('a major number', 0, MAX_MAJOR),
    minor: integer('a minor number', 0, MAX_MINOR),
    fileMode: integer('a file mode', 0, 0o177777),
    uid: id('a user id'),
    gid: id('a group id'),
  },
  { required: ['type', 'path'], rule: checkDevice },
);

function checkDevice(value: Device, scope: Scope): void {
  if (value.type === 'p') return;
  for (const name of ['major', 'minor'] as const) {
    if (value[name] === undefined)
      scope.problem(`/${name}`, `is required for a device of type ${value.type}`, 'a number');
  }
}

const netDevice = object<NetDevice>({ name: string(notInterfaceTemplate) });

const intelRdt = object<IntelRdt>(
  {
    closID: emptyOr(notClosId),
    schemata: array(string(notOneLine)),
    l3CacheSchema: emptyOr(notOneLine),
    memBwSchema: string(notMemoryBandwidth),
    enableMonitoring: boolean,
  },
  {
    rule: ({ l3CacheSchema: schema = '' }, scope) => {
      if (schema !== '' && !schema.startsWith('L3:'))
        scope.warn('/l3CacheSchema', `${show(schema)} does not begin with L3:`);
    },
  },
);

const memoryPolicy = object<MemoryPolicy>(
  {
    mode: enumeration('a memory policy', MEMORY_POLICY_MODES, 'invalid memory policy mode'),
    nodes: emptyOr(notNodeList),
    flags: array(enumeration('a memory policy flag', MEMORY_POLICY_FLAGS, 'invalid memory policy flag')),
  },
  { required: ['mode'], rule: checkMemoryPolicy },
);

/** set_mempolicy(2) */
function checkMemoryPolicy({ mode, nodes = '', flags = [] }: MemoryPolicy, scope: Scope): void {
  const none = mode === 'MPOL_DEFAULT' || mode === 'MPOL_LOCAL';
  if (none && nodes !== '')
    scope.problem('/nodes', `${mode} mode requires 0 nodes but got ${countMembers(nodes)}`);
  if (!none && mode !== 'MPOL_PREFERRED' && nodes === '')
    scope.problem('/nodes', `${mode} has no nodes`, 'a list such as 0-3,7');
  if (flags.includes('MPOL_F_STATIC_NODES') && flags.includes('MPOL_F_RELATIVE_NODES')) {
    scope.problem('/flags', 'nodes cannot be static and relative', 'one of the two flags');
  }
}

const personality = object<Personality>(
  { domain: enumeration('an execution domain', PERSONALITY_DOMAINS), flags: array(anyString) },
  {
    required: ['domain'],
    rule: ({ flags = [] }, scope) => {
      if (flags.length > 0) scope.warn('/flags', 'is ignored: the specification defines no flag');
    },
  },
);

const absolutePaths = array(string(notAbsolute, '/'));

export const linuxSchema = object<Linux>({
  namespaces: array(namespace, { rule: refuseSameNamespace }),
  uidMappings: idMappings,
  gidMappings: idMappings,
  timeOffsets,
  devices: array(device),
  netDevices: map(netDevice, notInterface),
  cgroupsPath: emptyOr(notCgroupsPath),
  resources: resourcesSchema,
  rootfsPropagation: enumeration('a mount propagation', ROOTFS_PROPAGATIONS),
  seccomp: seccompSchema,
  sysctl: map(anyString),
  maskedPaths: absolutePaths,
  readonlyPaths: absolutePaths,
  mountLabel: anyString,
  intelRdt,
  memoryPolicy,
  personality,
});
