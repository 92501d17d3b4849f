import { propertyName } from '../cgroup/settings.ts';
import type { Linux, RootfsPropagation, Spec } from '../spec/types.ts';
import { onHost, onInit, section } from './context.ts';
import type { Context, Prepared } from './context.ts';
import type { Propagation } from './mount-options.ts';
import { has, joinedPath, makes, reachesRoot } from './namespaces.ts';
import { overlaySteps, readonlyLayers } from './overlay.ts';
import type { Facts } from './facts.ts';
import { fromBundle } from './paths.ts';
import { invalid, unsupported } from './refuse.ts';
import { isUser } from './rootless.ts';
import type { Step } from './steps.ts';

interface RootInput {
  readonly spec: Pick<Spec, 'root'>;
  readonly facts: Pick<Facts, 'bundle'>;
}

export function rootPath({ spec, facts }: RootInput): string {
  return fromBundle(facts.bundle, spec.root.path);
}

/** The mount tree's propagation, and the root directory that all later paths are below. */
export function rootSteps(context: Context): Prepared {
  const { spec, namespaces, options, root: path } = context;
  const reached = reachesRoot(namespaces);
  const layers = overlaySteps(context);
  if (!makes(namespaces, 'mount')) {
    if (layers !== undefined)
      throw unsupported('/annotations', 'an overlay root needs a mount namespace', OWN_MOUNTS);
    return sharedRootSteps(context);
  }
  const { type, recursive } = propagationOf(spec.linux?.rootfsPropagation);
  if (options.noPivot === true && type === 'private') {
    throw invalid(
      '/linux/rootfsPropagation',
      'private is not safe without pivot_root',
      'leave --no-pivot out',
    );
  }
  const parent = parentPropagation(type, recursive);
  const slot = layers?.slot ?? 0;
  const root = onInit('/root/path', {
    kind: 'root',
    path,
    slot,
    inPlace: false,
    own: false,
    reached,
    parent,
  });
  return { prepare: layers?.prepare ?? [], steps: [...treeSteps(context), root] };
}

/**
 * Where the whole tree was not cut off, the mount below the root must be: what is attached on a shared mount, or in a
 * clone of one, appears on the host too.
 */
function parentPropagation(type: Propagation, recursive: boolean): Propagation {
  if (type === 'shared') return 'private';
  return recursive || type === 'unbindable' ? 'unchanged' : type;
}

const OWN_MOUNTS = 'add {"type": "mount"} without a path to linux.namespaces';

/**
 * In a mount namespace that others are in, whatever is mounted lies on a mount of the container's own over its root:
 * in the runtime's one it is detached at delete, in one that is joined it stays for as long as that namespace.
 */
function sharedRootSteps(context: Context): Prepared {
  const { facts, namespaces, warn, root: path } = context;
  const reached = reachesRoot(namespaces);
  const root = { kind: 'root', path, slot: 0, reached, parent: 'unchanged' } as const;
  const inPlace = (own: boolean): Step => onInit('/root/path', { ...root, inPlace: true, own });
  const why = attached(context);
  if (why === undefined) return { prepare: [], steps: [inPlace(false)] };
  if (joinedPath(namespaces, 'mount') !== undefined) {
    warn(`${propertyName(`/${why}`)}: mounts stay in the mount namespace that is joined`);
    return { prepare: [], steps: [onInit('/root/path', { ...root, inPlace: false, own: false })] };
  }
  if (has(namespaces, 'user') || isUser(facts))
    throw unsupported(`/${why}`, 'needs a mount namespace', OWN_MOUNTS);
  warn(
    `${propertyName(`/${why}`)}: without a mount namespace it is mounted on the host, below ${path}, until the container is deleted`,
  );
  const attach = onHost('/root/path', { kind: 'attach-root', path, directory: facts.stateDirectory });
  return { prepare: [attach], steps: [inPlace(true)] };
}

/** The property that needs something attached; undefined where nothing does. */
function attached({ spec, options }: Context): string | undefined {
  if (spec.mounts?.length || options.notify !== undefined) return 'mounts';
  if (spec.root.readonly === true) return 'root/readonly';
  if (spec.linux?.maskedPaths?.length) return 'linux/maskedPaths';
  return spec.linux?.readonlyPaths?.length ? 'linux/readonlyPaths' : undefined;
}

interface AttachedRoot {
  readonly spec: Pick<Spec, 'root'> & { readonly linux?: Pick<Linux, 'namespaces'> };
  readonly facts: Pick<Facts, 'bundle' | 'stateDirectory'>;
}

/** At delete: what was attached in the runtime's mount namespace, if anything was. */
export function detachRootSteps(container: AttachedRoot): Step[] {
  const { spec, facts } = container;
  if (spec.linux?.namespaces?.some(({ type }) => type === 'mount') === true) return [];
  return [
    onHost('/root/path', { kind: 'detach-root', path: rootPath(container), directory: facts.stateDirectory }),
  ];
}

function propagationOf(words: RootfsPropagation | undefined): { type: Propagation; recursive: boolean } {
  if (words === undefined) return { type: 'unchanged', recursive: false };
  const recursive = words.startsWith('r');
  return { type: (recursive ? words.slice(1) : words) as Propagation, recursive };
}

/**
 * Nothing may reach the host but what rootfsPropagation lets through. With `shared` the copies of the host's shared
 * mounts stay its peers, which is what a volume shared with the host needs. For all others the tree is a slave, or
 * private if asked; `unbindable` concerns the root alone, for nothing could be cloned otherwise.
 */
function treeSteps({ spec }: Context): Step[] {
  const { type, recursive } = propagationOf(spec.linux?.rootfsPropagation);
  const because = section(spec, '/linux/rootfsPropagation');
  if (type === 'shared') return [];
  const asked = type === 'private' || type === 'slave';
  return [
    onInit(because, {
      kind: 'mount-propagation',
      propagation: asked ? type : 'slave',
      recursive: asked ? recursive : true,
    }),
  ];
}

/** From here the root file system is all there is. */
export function enterRootSteps({ spec, namespaces, options }: Context): Step[] {
  if (!makes(namespaces, 'mount')) return [onInit('/root/path', { kind: 'pivot', how: 'chroot' })];
  const pivot = onInit('/root/path', { kind: 'pivot', how: options.noPivot === true ? 'move' : 'pivot' });
  const { type, recursive } = propagationOf(spec.linux?.rootfsPropagation);
  if (type !== 'shared' && type !== 'unbindable') return [pivot];
  return [
    pivot,
    onInit('/linux/rootfsPropagation', { kind: 'root-propagation', propagation: type, recursive }),
  ];
}

/** As late as possible: mount points and devices are made in it before. */
export function readonlyRootSteps({ spec }: Context): Step[] {
  if (spec.root.readonly === true) return [onInit('/root/readonly', { kind: 'root-readonly' })];
  const because = readonlyLayers(spec);
  return because === undefined ? [] : [onInit(because, { kind: 'root-readonly' })];
}
