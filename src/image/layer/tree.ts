import { damaged } from '../tar/refusal.ts';

/** MAXSYMLINKS of linux/namei.h. */
const MOST_LINKS = 40;
/** Components of one look-up, those of links' targets too: 40 links could have 80,000. */
const MOST_STEPS = 2048;

export interface Directory {
  readonly kind: 'directory';
  readonly children: Map<string, Node>;
  /** By an entry of its own; else only because something lies in it. */
  named: boolean;
  /** Nothing of lower layers is seen in it. */
  opaque: boolean;
}

/** What a layer has at a path so far. Only what later entries' paths depend on is kept. */
export type Node =
  | Directory
  | { readonly kind: 'symlink'; readonly target: string }
  | { readonly kind: 'file' }
  | { readonly kind: 'whiteout' };

export const FILE: Node = { kind: 'file' };
export const WHITEOUT: Node = { kind: 'whiteout' };

export const newDirectory = (): Directory => ({
  kind: 'directory',
  children: new Map(),
  named: false,
  opaque: false,
});

/** A path without links on its way, with what its components are; undefined for those that the layer does not have. */
export interface Trail {
  readonly names: string[];
  readonly nodes: (Node | undefined)[];
}

export const pathOf = (names: readonly string[]): string => names.join('/');

export const childOf = (node: Node | undefined, name: string): Node | undefined =>
  node?.kind === 'directory' ? node.children.get(name) : undefined;

/** What a trail ends at. */
export const endOf = (root: Directory, { nodes }: Trail): Node | undefined =>
  nodes.length === 0 ? root : nodes.at(-1);

/** Whether lower layers are hidden at and below the trail's end. */
export const isHidden = (root: Directory, { nodes }: Trail): boolean =>
  root.opaque || nodes.some((node) => node?.kind === 'directory' && node.opaque);

/**
 * Follows links of the layer itself, within its root; `..` of their targets ends there too. What the layer does not have is
 * taken for directories: so lower layers have no say in where an entry goes.
 */
export function follow(root: Directory, components: readonly string[]): Trail {
  const trail: Trail = { names: [], nodes: [] };
  const pending = components.toReversed();
  let links = 0;
  for (let step = 0; pending.length > 0; step += 1) {
    if (step === MOST_STEPS) throw damaged('too many components on the way through symbolic links');
    const target = advance(root, trail, pending.pop() as string);
    if (target === undefined) continue;
    links += 1;
    if (links > MOST_LINKS) throw damaged('too many levels of symbolic links');
    if (target.startsWith('/')) clear(trail);
    pending.push(...target.split('/').toReversed());
  }
  return trail;
}

/** One component further; gives the target where that is a link. */
function advance(root: Directory, trail: Trail, component: string): string | undefined {
  if (component === '' || component === '.') return undefined;
  if (component === '..') {
    trail.names.pop();
    trail.nodes.pop();
    return undefined;
  }
  const node = childOf(endOf(root, trail), component);
  if (node?.kind === 'symlink') return node.target;
  trail.names.push(component);
  trail.nodes.push(node);
}

function clear(trail: Trail): void {
  trail.names.length = 0;
  trail.nodes.length = 0;
}
