import type { Device } from '../spec/types.ts';
import { onInit, section } from './context.ts';
import type { Context } from './context.ts';
import { parseMountOptions } from './mount-options.ts';
import { has, makes } from './namespaces.ts';
import { cleanPath } from './paths.ts';
import { unsupported } from './refuse.ts';
import type { Step } from './steps.ts';

/** config-linux.md#default-devices; terminals come with /dev/pts, and /dev/console with a terminal. */
const DEFAULTS: readonly Device[] = [
  { path: '/dev/null', type: 'c', major: 1, minor: 3 },
  { path: '/dev/zero', type: 'c', major: 1, minor: 5 },
  { path: '/dev/full', type: 'c', major: 1, minor: 7 },
  { path: '/dev/random', type: 'c', major: 1, minor: 8 },
  { path: '/dev/urandom', type: 'c', major: 1, minor: 9 },
  { path: '/dev/tty', type: 'c', major: 5, minor: 0 },
];

/** runtime-linux.md#dev-symbolic-links */
const LINKS: readonly (readonly [path: string, target: string])[] = [
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
];

const PTMX = '/dev/ptmx';

/** Nodes and links of /dev, unless the config binds a /dev of the host's there: that one is not ours to change. */
export function deviceSteps(context: Context): Step[] {
  const { spec } = context;
  const isBound = (spec.mounts ?? []).some(({ destination, options }) => {
    return cleanPath(destination) === '/dev' && parseMountOptions(options ?? []).bind;
  });
  return isBound ? [] : [...nodeSteps(context), ...linkSteps(context)];
}

/** The config's devices take the place of a default of the same path. */
function nodeSteps(context: Context): Step[] {
  const own = context.spec.linux?.devices ?? [];
  const paths = new Set(own.map(({ path }) => cleanPath(path)));
  const because = section(context.spec, '/linux/devices');
  return [
    ...DEFAULTS.filter(({ path }) => !paths.has(path)).flatMap((device) =>
      nodeStep(context, device, because),
    ),
    ...own.flatMap((device, at) => nodeStep(context, device, `/linux/devices/${at}`)),
  ];
}

function nodeStep(context: Context, device: Device, because: string): Step[] {
  const path = cleanPath(device.path);
  // what it should be is the link to the container's own
  if (path === PTMX) return [];
  const bind = device.type !== 'p' && mustBind(context);
  if (bind && !makes(context.namespaces, 'mount')) {
    if (!because.startsWith('/linux/devices/')) return [];
    throw unsupported(because, 'a device in a user namespace needs a mount namespace too');
  }
  const { major = 0, minor = 0, fileMode = 0o666, uid = 0, gid = 0 } = device;
  return [
    onInit(because, {
      kind: 'device',
      path,
      type: device.type,
      major,
      minor,
      mode: fileMode & 0o7777,
      uid,
      gid,
      bind,
    }),
  ];
}

/** mknod(2) of devices is refused in user namespaces, and to who has not the capability. */
function mustBind({ namespaces, facts }: Context): boolean {
  return has(namespaces, 'user') || facts.rootless !== undefined || !facts.grantable.includes('CAP_MKNOD');
}

function linkSteps({ spec }: Context): Step[] {
  const because = section(spec, '/linux');
  return [
    ...LINKS.map(([path, target]) => onInit(because, { kind: 'symlink', path, target, replace: false })),
    // a node that an image or a tmpfs may have there is the host's multiplexer, not that of the container's devpts
    onInit(because, { kind: 'symlink', path: PTMX, target: 'pts/ptmx', replace: true }),
  ];
}
