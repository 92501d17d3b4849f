import type { Spec } from '../spec/types.ts';
import { annotationOf } from './annotations.ts';
import { onHost } from './context.ts';
import type { Context } from './context.ts';
import { stepMappings } from './ids.ts';
import { joinedPath, makes } from './namespaces.ts';
import { fromBundle } from './paths.ts';
import { invalid, unsupported } from './refuse.ts';
import { isUser } from './rootless.ts';
import type { Step, StepOf } from './steps.ts';

/**
 * Annotations of config.json that make the root file system of layers. They act because the author of the bundle
 * wrote them there; nothing of an image becomes one. Directories are absolute or relative to the
 * bundle; in `lower` they are separated by `:`, the topmost first (`\:` and `\\` stand for the characters). A root.path
 * that is absolute is that of a container manager, whose annotations may be a pod's.
 */
export const OVERLAY = {
  lower: 'dev.runts.overlay.lower',
  /** One more read-only layer above all of `lower`: what the runtime's user adds, such as /etc/hosts. */
  init: 'dev.runts.overlay.init',
  /** The writable layer; without it the root is read-only. */
  upper: 'dev.runts.overlay.upper',
  /** An empty directory on the file system of `upper`. */
  work: 'dev.runts.overlay.work',
} as const;

/** The kernel takes no more (OVL_MAX_STACK in fs/overlayfs/params.h), and says so with EINVAL alone. */
export const MOST_LAYERS = 500;

/**
 * Layers may be of anybody's making, and the kernel's own defaults differ: what a layer's attributes say of directories that
 * were renamed, of contents that lie in another layer and of hard links counts for nothing. All kernels from 4.19 on know these.
 */
export const UNTRUSTED = ['redirect_dir=nofollow', 'metacopy=off', 'index=off'];

interface Layers {
  readonly slot: number;
  readonly prepare: readonly Step[];
}

/** Puts the layers together; undefined for a root that is a directory. */
export function overlaySteps(context: Context): Layers | undefined {
  const lower = lowerLayers(context);
  if (lower === undefined) return undefined;
  refuseLayers(context);
  const slot = context.slot();
  const fields = { slot, ...layerMappings(context) };
  const because = annotationPointer('lower');
  const [upper, work] = [writable(context, 'upper'), writable(context, 'work')];
  const [only, ...more] = lower;
  // overlayfs wants two layers at least; one that nobody writes to is itself
  if (upper === '' && more.length === 0 && only !== undefined) {
    const tree = { root: '', recursive: false, noFollow: false, idmapRecursive: false } as const;
    return { slot, prepare: [onHost(because, { kind: 'open-tree', source: only, ...tree, ...fields })] };
  }
  return {
    slot,
    prepare: [onHost(because, { kind: 'overlay', lower, upper, work, options: UNTRUSTED, ...fields })],
  };
}

/** The annotation that makes the root read-only: layers that nobody may write to. */
export function readonlyLayers(spec: Spec): string | undefined {
  const isReadonly =
    annotationOf(spec, OVERLAY.lower) !== undefined && annotationOf(spec, OVERLAY.upper) === undefined;
  return isReadonly ? annotationPointer('lower') : undefined;
}

/** Where layers may not, or cannot, be the root. */
function refuseLayers({ spec, facts }: Context): void {
  const pointer = annotationPointer('lower');
  if (spec.root.path.startsWith('/')) {
    throw unsupported(
      pointer,
      `an overlay root needs a root.path in the bundle, not ${spec.root.path}`,
      'give root.path relative to the bundle; where a container manager has made the root, take the annotation away',
    );
  }
  if (isUser(facts)) {
    throw unsupported(
      pointer,
      'an overlay root is put together with rights that an ordinary user has not',
      'mount it beforehand (fuse-overlayfs), or run as root',
    );
  }
}

/** Absolute, the topmost first; undefined without layers. */
function lowerLayers({ spec, facts }: Context): string[] | undefined {
  const lower = annotationOf(spec, OVERLAY.lower);
  requireTogether(lower, annotationOf(spec, OVERLAY.upper) ?? '', annotationOf(spec, OVERLAY.work) ?? '');
  if (lower === undefined) return undefined;
  const init = annotationOf(spec, OVERLAY.init);
  const layers = [...(init === undefined ? [] : [init]), ...splitPaths(lower)];
  requireFew(layers.length);
  return layers.map((path) => fromBundle(facts.bundle, path));
}

function requireFew(count: number): void {
  if (count <= MOST_LAYERS) return;
  throw unsupported(
    annotationPointer('lower'),
    `${count} read-only layers, and overlayfs takes ${MOST_LAYERS} at most`,
    'put some of them together in one',
  );
}

/** Absolute; empty for a root that nobody writes to. */
function writable({ spec, facts }: Context, key: 'upper' | 'work'): string {
  const path = annotationOf(spec, OVERLAY[key]) ?? '';
  return path && fromBundle(facts.bundle, path);
}

/** Layers are shared by containers with other mappings, so they are mapped on the way instead of being changed. */
function layerMappings({
  spec,
  namespaces,
}: Context): Pick<StepOf<'overlay'>, 'uidMappings' | 'gidMappings' | 'userNamespace'> {
  const made = makes(namespaces, 'user');
  return {
    uidMappings: made ? stepMappings(spec.linux?.uidMappings ?? []) : [],
    gidMappings: made ? stepMappings(spec.linux?.gidMappings ?? []) : [],
    userNamespace: joinedPath(namespaces, 'user') ?? '',
  };
}

function requireTogether(lower: string | undefined, upper: string, work: string): void {
  if (lower === undefined && (upper !== '' || work !== '')) {
    throw invalid('/annotations', `${OVERLAY.upper} needs ${OVERLAY.lower}: there is nothing to lie over`);
  }
  if ((upper === '') !== (work === '')) {
    throw invalid('/annotations', `${OVERLAY.upper} and ${OVERLAY.work} go together: give both or neither`);
  }
}

function annotationPointer(key: keyof typeof OVERLAY): string {
  return `/annotations/${OVERLAY[key]}`;
}

/** As the value of `lower`. */
export function joinPaths(paths: readonly string[]): string {
  return paths.map((path) => path.replaceAll(/[:\\]/g, '\\$&')).join(':');
}

/** What `lower` names; {@link joinPaths} writes it. */
export function splitPaths(text: string): string[] {
  const paths = text.match(/(?:\\.|[^:\\]|\\)+/gs) ?? [];
  return paths.map((path) => path.replace(/\\(.)/gs, '$1'));
}
