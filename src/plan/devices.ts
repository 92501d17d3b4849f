import type { Device } from '../spec/types.ts';
import { onInit, section } from './context.ts';
import type { Context, Prepared } from './context.ts';
import { hostId, userMappings } from './ids.ts';
import { isBind } from './mount-options.ts';
import { has, makes } from './namespaces.ts';
import { cleanPath } from './paths.ts';
import { unsupported } from './refuse.ts';
import type { Step, StepOf } from './steps.ts';

/** config-linux.md#default-devices; terminals come with /dev/pts, and /dev/console with a terminal. */
const DEFAULTS = [
  ['/dev/null', 1, 3],
  ['/dev/zero', 1, 5],
  ['/dev/full', 1, 7],
  ['/dev/random', 1, 8],
  ['/dev/urandom', 1, 9],
  ['/dev/tty', 5, 0],
] as const;

/** runtime-linux.md#dev-symbolic-links */
const LINKS = [
  ['/dev/fd', '/proc/self/fd'],
  ['/dev/stdin', '/proc/self/fd/0'],
  ['/dev/stdout', '/proc/self/fd/1'],
  ['/dev/stderr', '/proc/self/fd/2'],
] as const;

const PTMX = '/dev/ptmx';

/** Nodes and links of /dev, unless the config binds a /dev of the host's there: that one is not ours to change. */
export function deviceSteps(context: Context): Prepared {
  const { spec } = context;
  const isBound = (spec.mounts ?? []).some(({ destination, options }) => {
    return cleanPath(destination) === '/dev' && isBind(options);
  });
  if (isBound) return { prepare: [], steps: [] };
  const made: Made = { prepare: [], steps: [] };
  addNodes(context, made);
  const because = section(spec, '/linux');
  made.steps.push(...(because === '/linux' ? USUAL_LINKS : linksOf(because)));
  return made;
}

interface Made {
  readonly prepare: Step[];
  readonly steps: Step[];
}

/** The config's devices take the place of a default of the same path. */
function addNodes(context: Context, made: Made): void {
  const own = context.spec.linux?.devices ?? [];
  const because = section(context.spec, '/linux/devices');
  const bind = mustBind(context);
  if (!bind || makes(context.namespaces, 'mount')) {
    const paths = new Set(own.map(({ path }) => cleanPath(path)));
    for (const node of defaultNodes(because, bind)) if (!paths.has(node.path)) made.steps.push(node);
  }
  own.forEach((device, at) => {
    addNode(context, made, { device, because: `/linux/devices/${at}`, bind });
  });
}

interface Wanted {
  readonly device: Device;
  readonly because: string;
  readonly bind: boolean;
}

function addNode(context: Context, made: Made, { device, because, bind: mayBind }: Wanted): void {
  const { type, major = 0, minor = 0, fileMode = 0o666, uid = 0, gid = 0 } = device;
  const path = cleanPath(device.path);
  // what it should be is the link to the container's own
  if (path === PTMX) return;
  const bind = mayBind && type !== 'p';
  if (bind && !makes(context.namespaces, 'mount'))
    throw unsupported(because, 'a device in a user namespace needs a mount namespace too');
  const mode = fileMode & 0o7777;
  const onHost = bind ? hostNode(context, { type, major, minor, mode, uid, gid }, because) : undefined;
  if (onHost !== undefined) made.prepare.push(onHost);
  const slot = onHost?.slot ?? 0;
  made.steps.push(onInit(because, { kind: 'device', path, type, major, minor, mode, uid, gid, bind, slot }));
}

type Node = Pick<StepOf<'device-node'>, 'type' | 'major' | 'minor' | 'mode' | 'uid' | 'gid'>;

/** The node as the config wants it, where the host's root may make it and knows its owner; else the host's own is bound. */
function hostNode(context: Context, node: Node, because: string): StepOf<'device-node'> | undefined {
  const { spec, namespaces, facts } = context;
  if (facts.rootless !== undefined || !facts.grantable.includes('CAP_MKNOD')) return undefined;
  const mappings = userMappings(spec, namespaces, facts);
  const uid = mappings && hostId(mappings.uid, node.uid);
  const gid = mappings && hostId(mappings.gid, node.gid);
  if (uid === undefined || gid === undefined) return undefined;
  return { kind: 'device-node', on: 'host', because, ...node, uid, gid, slot: context.slot() };
}

/** mknod(2) of devices is refused in user namespaces, and to who has not the capability. */
function mustBind({ namespaces, facts }: Context): boolean {
  return has(namespaces, 'user') || facts.rootless !== undefined || !facts.grantable.includes('CAP_MKNOD');
}

function defaultNodes(because: string, bind: boolean): readonly StepOf<'device'>[] {
  const nodes = USUAL_NODES[because];
  return bind || nodes === undefined ? nodesOf(because, bind) : nodes;
}

function nodesOf(because: string, bind: boolean): StepOf<'device'>[] {
  const common = { type: 'c', mode: 0o666, uid: 0, gid: 0, bind, slot: 0, on: 'init', because } as const;
  return DEFAULTS.map(([path, major, minor]) => ({ kind: 'device', path, major, minor, ...common }));
}

function linksOf(because: string): Step[] {
  return [
    ...LINKS.map(([path, target]) => onInit(because, { kind: 'symlink', path, target, replace: false })),
    // a node that an image or a tmpfs may have there is the host's multiplexer, not that of the container's devpts
    onInit(because, { kind: 'symlink', path: PTMX, target: 'pts/ptmx', replace: true }),
  ];
}

/** What nearly every container gets, by the section that asks for it: made beforehand. */
const USUAL_NODES: Readonly<Record<string, readonly StepOf<'device'>[]>> = {
  '/linux': nodesOf('/linux', false),
  '/linux/devices': nodesOf('/linux/devices', false),
};
const USUAL_LINKS: readonly Step[] = linksOf('/linux');
