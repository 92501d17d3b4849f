import { show } from '../problems.ts';
import type { Device, DeviceCgroup, Spec } from '../types.ts';
import { given, knownOptions, refusal } from './given.ts';
import { replaced, withLinux, withResources } from './parts.ts';

/** Letters of read, write and mknod. */
export type DeviceAccess = 'r' | 'w' | 'm' | 'rw' | 'rm' | 'wm' | 'rwm';

interface DeviceFile {
  /** Absolute path in the container. */
  readonly path: string;
  /** Permissions. Default 0o666. */
  readonly mode?: number;
  /** Owner, in the container. Default 0. */
  readonly uid?: number;
  readonly gid?: number;
}

/** A device node that the container may use, or a fifo. */
export type DeviceOptions = DeviceFile &
  (
    | {
        /** Character or block device; `u` is `c`. */
        readonly type: 'c' | 'b' | 'u';
        readonly major: number;
        readonly minor: number;
        /** Default `rwm`. */
        readonly access?: DeviceAccess;
      }
    | { readonly type: 'p' }
  );

/** Devices whose numbers the kernel never changes (Documentation/admin-guide/devices.txt). */
const KNOWN = {
  '/dev/fuse': { type: 'c', major: 10, minor: 229 },
  '/dev/kvm': { type: 'c', major: 10, minor: 232 },
  '/dev/net/tun': { type: 'c', major: 10, minor: 200 },
} as const;

export type KnownDevice = keyof typeof KNOWN;

export function addDevice(spec: Spec, device: KnownDevice | DeviceOptions): Spec {
  const options = typeof device === 'string' ? known(device) : device;
  knownOptions('device', options, ['path', 'type', 'major', 'minor', 'access', 'mode', 'uid', 'gid']);
  const node = given('device', ['linux', 'devices', '0'], nodeOf(options));
  const devices = replaced(spec.linux?.devices ?? [], node, ({ path }) => path === node.path);
  const withNode = withLinux(spec, { devices });
  return options.type === 'p' ? withNode : allow(withNode, options);
}

function known(path: KnownDevice): DeviceOptions {
  const numbers: (typeof KNOWN)[KnownDevice] | undefined = Object.hasOwn(KNOWN, path)
    ? KNOWN[path]
    : undefined;
  if (numbers !== undefined) return { path, ...numbers };
  const expected = `${Object.keys(KNOWN).join(', ')}, or { path, type, major, minor }`;
  throw refusal('device', `the numbers of ${show(path)} are not known`, expected);
}

function nodeOf({ mode = 0o666, uid, gid, ...options }: DeviceOptions): Device {
  const { access: _, ...node } = { access: undefined, ...options };
  return {
    ...node,
    fileMode: mode,
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  };
}

/** Later rules count for more than earlier ones, of which the base's is to deny all. */
function allow(spec: Spec, options: Exclude<DeviceOptions, { type: 'p' }>): Spec {
  const { type, major, minor, access = 'rwm' } = options;
  const rule: DeviceCgroup = { allow: true, type: type === 'b' ? 'b' : 'c', major, minor, access };
  const checked = given('device', ['linux', 'resources', 'devices', '0'], rule);
  return withResources(spec, { devices: [...(spec.linux?.resources?.devices ?? []), checked] });
}
