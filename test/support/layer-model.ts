import type { TarEntry } from '../../src/image/tar/entry.ts';
import {
  directory,
  nodeAt,
  parentOf,
  type TreeDirectory,
  type TreeLeaf,
  type TreeNode,
} from './layer-memory.ts';

/**
 * layer.md, "Applying Changesets", by the letter: a whole tree is changed, first by all whiteouts, then by the entries one after the other.
 * Names are without links and dots. Throws where a hard link has no target.
 */
export function applied(entries: readonly TarEntry[], lower: TreeDirectory): TreeDirectory {
  const root = structuredClone(lower);
  for (const { name } of entries) if (isMarker(name)) hide(root, name);
  for (const entry of entries) if (!isMarker(entry.name)) add(root, entry, lower);
  return root;
}

const isMarker = (name: string): boolean => name.split('/').at(-1)?.startsWith('.wh.') === true;

function hide(root: TreeDirectory, marker: string): void {
  const split = marker.lastIndexOf('/');
  const directoryPath = marker.slice(0, Math.max(split, 0));
  const name = marker.slice(split + 1);
  const node = nodeAt(root, directoryPath);
  if (node?.kind !== 'directory') return;
  if (name === '.wh..wh..opq') node.children.clear();
  else node.children.delete(name.slice('.wh.'.length));
}

function add(root: TreeDirectory, entry: TarEntry, lower: TreeDirectory): void {
  const path = entry.name.replace(/\/$/, '');
  makeParents(root, path, lower);
  const [parent, name] = parentOf(root, path);
  const known = parent.children.get(name);
  const by = `entry ${entry.mtime.seconds}`;
  if (entry.type !== 'directory') parent.children.set(name, leafOf(root, entry, by));
  else if (known?.kind === 'directory') known.by = by;
  else parent.children.set(name, directory(by));
}

function leafOf(root: TreeDirectory, entry: TarEntry, by: string): TreeLeaf {
  if (entry.type !== 'hardlink') return { kind: 'leaf', content: by, by };
  const node = nodeAt(root, entry.target);
  if (node === undefined || node.kind === 'directory') throw new Error('no target');
  return Object.assign(node, { by });
}

/** As of the directory that the lower layer has there, also where it is gone by now. */
function makeParents(root: TreeDirectory, path: string, lower: TreeDirectory): void {
  for (let split = path.indexOf('/'); split !== -1; split = path.indexOf('/', split + 1)) {
    const [parent, name] = parentOf(root, path.slice(0, split));
    const known: TreeNode | undefined = parent.children.get(name);
    const below = nodeAt(lower, path.slice(0, split));
    if (known?.kind !== 'directory')
      parent.children.set(name, directory(below?.kind === 'directory' ? below.by : 'imply'));
  }
}
