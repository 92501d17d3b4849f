import { inArea } from './finding.ts';
import type { Draft, Finding } from './finding.ts';
import type { Machine } from './machine.ts';
import { judge } from './tries.ts';
import type { Row, Tries } from './tries.ts';

const CALLS: readonly Row[] = [
  {
    ...{ id: 'fsopen', title: 'fsopen', tries: ['fsopen'], required: true },
    follows: 'no file system can be mounted, so no container can be made',
  },
  {
    ...{ id: 'move-mount', title: 'move_mount', tries: ['move-mount'], required: true },
    follows: 'no mount can be attached, so no container can be made',
  },
  {
    ...{ id: 'open-tree', title: 'open_tree', tries: ['open-tree'], required: true },
    follows: 'no bind mount can be made, so no container either',
  },
  {
    id: 'mount-setattr',
    title: 'mount_setattr',
    tries: ['mount-setattr', 'mount-setattr-recursive'],
    required: true,
    follows: 'mounts cannot be given their flags, so no container can be made',
  },
  {
    id: 'nosymfollow',
    title: 'nosymfollow',
    tries: ['nosymfollow'],
    follows: 'the mount option nosymfollow is refused',
    remedy: 'use Linux 5.14 or newer',
  },
];

function fileSystem(type: string, rest: Partial<Row> = {}): Row {
  return {
    id: `type.${type}`,
    title: type,
    tries: [`mount-${type}`],
    follows: `a config.json that mounts ${type} is refused`,
    ...rest,
  };
}

const VISIBLE =
  'let nothing be mounted over parts of it here (in docker --security-opt systempaths=unconfined, in podman unmask=ALL)';
const CLONED = { otherwise: 'limited', remedy: VISIBLE } as const;

const TYPES: readonly Row[] = [
  fileSystem('proc', { required: true, remedy: VISIBLE }),
  fileSystem('sysfs', { ...CLONED, follows: "sysfs in a container is a read-only clone of the host's" }),
  fileSystem('cgroup2', { ...CLONED, follows: "cgroup in a container is a read-only clone of the host's" }),
  fileSystem('mqueue', {
    remedy: 'leave /dev/mqueue out of mounts, or use a kernel built with CONFIG_POSIX_MQUEUE',
  }),
  fileSystem('devpts', { remedy: 'use a kernel built with CONFIG_UNIX98_PTYS' }),
  {
    id: 'device-nodes',
    title: 'device nodes',
    tries: ['mknod'],
    otherwise: 'limited',
    follows: "nodes of linux.devices are bind mounts of the host's, so only those that the host has",
    remedy: 'a runtime with CAP_MKNOD outside of a user namespace makes them',
  },
];

/** f_type of statfs(2) of what a root file system may be. */
const NAMES: Readonly<Record<string, string>> = {
  '0xef53': 'ext4',
  '0x58465342': 'xfs',
  '0x9123683e': 'btrfs',
  '0x1021994': 'tmpfs',
  '0x794c7630': 'overlay',
  '0x6969': 'nfs',
  '0x65735546': 'fuse',
  '0x1021997': '9p',
  '0x2fc12fc1': 'zfs',
  '0xc0ffee': 'hostfs',
  '0xf2f52010': 'f2fs',
};

function idmapRows(tries: Tries): Row[] {
  const magic = tries.find('idmap-root')?.value ?? '';
  const root = NAMES[magic] ?? `a file system of type ${magic}`;
  return [
    {
      id: 'idmap',
      title: 'idmapped mounts',
      tries: ['idmap-tmpfs'],
      otherwise: 'limited',
      follows: 'mounts with uidMappings of tmpfs are refused',
      remedy: 'use Linux 6.3 or newer',
    },
    {
      id: 'idmap-root',
      title: `idmapped mounts of / (${root})`,
      tries: ['idmap-root'],
      otherwise: 'limited',
      follows: `a bind mount or layer on ${root}, as / is, cannot be idmapped: uidMappings of such mounts are refused`,
      remedy:
        'use one that the first user namespace has mounted and that supports it, such as ext4, xfs or btrfs',
    },
  ];
}

const REFUSED: Draft = {
  id: 'idmap',
  title: 'idmapped mounts',
  status: 'missing',
  found: 'an ordinary user may make none outside of the container',
  follows: 'mounts with uidMappings are refused',
  remedy: 'run as root, or as root of a user namespace (podman unshare)',
};

export function mountFindings({ tries, place }: Machine): Finding[] {
  const idmap = place === 'caller' ? judge(tries, place, idmapRows(tries)) : [REFUSED];
  return inArea('mounts', [...judge(tries, place, [...CALLS, ...TYPES]), ...idmap]);
}
