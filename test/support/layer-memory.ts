import type { Action } from '../../src/image/layer/actions.ts';

/** A tree in memory. What has several names is one object. */
export type TreeNode = TreeDirectory | TreeLeaf;

export interface TreeDirectory {
  readonly kind: 'directory';
  readonly children: Map<string, TreeNode>;
  /** Tells who gave it its attributes. */
  by: string;
  opaque?: boolean;
}

export interface TreeLeaf {
  readonly kind: 'leaf' | 'whiteout';
  /** Tells what is in it. */
  readonly content: string;
  by: string;
}

export const directory = (by: string): TreeDirectory => ({ kind: 'directory', children: new Map(), by });

/** Strict: each component has to be a directory, and nothing is followed. */
export function nodeAt(root: TreeDirectory, path: string): TreeNode | undefined {
  if (path === '') return root;
  const split = path.lastIndexOf('/');
  const parent = nodeAt(root, path.slice(0, Math.max(split, 0)));
  return parent?.kind === 'directory' ? parent.children.get(path.slice(split + 1)) : undefined;
}

/** The directory that a path lies in, which has to be there, and the last component, which has to be one. */
export function parentOf(root: TreeDirectory, path: string): [TreeDirectory, string] {
  const split = path.lastIndexOf('/');
  const parent = nodeAt(root, path.slice(0, Math.max(split, 0)));
  const name = path.slice(split + 1);
  if (['', '.', '..'].includes(name)) throw new Error(`${path} ends with no name`);
  if (parent?.kind !== 'directory') throw new Error(`the parent of ${path} is no directory`);
  return [parent, name];
}

/** What native/layer does, upon one lower layer; the root is implied already. */
export function replay(actions: readonly Action[], lower: TreeDirectory): TreeDirectory {
  const root = directory(lower.by);
  for (const action of actions) apply(root, action, lower);
  return root;
}

const byOf = (action: Action): string =>
  'attributes' in action ? `entry ${action.attributes.mtime.seconds}` : action.kind;

function apply(root: TreeDirectory, action: Action, lower: TreeDirectory): void {
  const { kind, path } = action;
  if (kind === 'directory' || kind === 'imply') return applyDirectory(root, action, lower);
  if (kind === 'opaque') return void Object.assign(existing(root, path), { opaque: true });
  const [parent, name] = parentOf(root, path);
  if (kind === 'remove') {
    if (!parent.children.delete(name)) throw new Error(`${path} is not there`);
  } else parent.children.set(name, leafFor(root, action, lower));
}

function existing(root: TreeDirectory, path: string): TreeNode {
  const node = nodeAt(root, path);
  if (node === undefined) throw new Error(`${path} is not there`);
  return node;
}

function applyDirectory(root: TreeDirectory, action: Action, lower: TreeDirectory): void {
  const below = nodeAt(lower, action.path);
  const implied = below?.kind === 'directory' ? below.by : 'imply';
  const by = action.kind === 'imply' ? implied : byOf(action);
  const known = nodeAt(root, action.path);
  if (known?.kind === 'directory') known.by = by;
  else {
    const [parent, name] = parentOf(root, action.path);
    parent.children.set(name, directory(by));
  }
}

function leafFor(root: TreeDirectory, action: Action, lower: TreeDirectory): TreeLeaf {
  if (action.kind === 'whiteout') return { kind: 'whiteout', content: '', by: 'whiteout' };
  if (action.kind === 'copy-up') return { ...leafAt(lower, action.path) };
  if (action.kind !== 'hardlink') return { kind: 'leaf', content: byOf(action), by: byOf(action) };
  return Object.assign(leafAt(root, action.existing), { by: byOf(action) });
}

function leafAt(root: TreeDirectory, path: string): TreeLeaf {
  const node = nodeAt(root, path);
  if (node?.kind !== 'leaf') throw new Error(`${path} is no file`);
  return node;
}

/** What overlayfs shows (Documentation/filesystems/overlayfs.rst). */
export function merged(lower: TreeNode | undefined, upper: TreeNode | undefined): TreeNode | undefined {
  if (upper === undefined) return lower;
  if (upper.kind !== 'directory') return upper.kind === 'leaf' ? upper : undefined;
  const below =
    lower?.kind === 'directory' && upper.opaque !== true ? lower.children : new Map<string, TreeNode>();
  const result = directory(upper.by);
  for (const name of new Set([...below.keys(), ...upper.children.keys()])) {
    const node = merged(below.get(name), upper.children.get(name));
    if (node !== undefined) result.children.set(name, node);
  }
  return result;
}

const byName = ({ children }: TreeDirectory): [string, TreeNode][] =>
  [...children].toSorted(([left], [right]) => (left < right ? -1 : 1));

/** All paths with what is there, and which are names of one file. */
export function listed(root: TreeNode | undefined): Record<string, string> {
  const lines: Record<string, string> = {};
  const first = new Map<TreeNode, string>();
  const visit = (path: string, node: TreeNode): void => {
    if (!first.has(node)) first.set(node, path);
    if (node.kind === 'directory') {
      lines[path] = `directory of ${node.by}`;
      for (const [name, child] of byName(node)) visit(`${path}/${name}`, child);
    } else lines[path] = `${node.content} of ${node.by}, as ${first.get(node)}`;
  };
  if (root !== undefined) visit('', root);
  return lines;
}

/** Paths of whiteouts that lie in opaque directories: overlayfs lists them. */
export function strayWhiteouts(node: TreeNode, path = '', hidden = false): string[] {
  if (node.kind !== 'directory') return hidden && node.kind === 'whiteout' ? [path] : [];
  const below = hidden || node.opaque === true;
  return [...node.children].flatMap(([name, child]) => strayWhiteouts(child, `${path}/${name}`, below));
}
