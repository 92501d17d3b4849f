import type { Tree, TreeEntry, TreeFunctions } from '../native.ts';
import { isOpaque, isWhiteout } from './overlay.ts';

/** A path as the layers below show it. */
export interface Below {
  /** Undefined where they have nothing. */
  readonly entry: TreeEntry | undefined;
  /** The layer that it is of. */
  readonly tree: Tree | undefined;
  /** Those whose directory is seen there, the topmost first; none for anything but a directory. */
  readonly directories: readonly Tree[];
}

const NOTHING: Below = { entry: undefined, tree: undefined, directories: [] };

/** `trees` are the layers whose directory is seen that has the path, the topmost first. */
export async function lookBelow(native: TreeFunctions, trees: readonly Tree[], path: string): Promise<Below> {
  const directories: Tree[] = [];
  let found = NOTHING;
  for (const tree of trees) {
    const entry = await native.entryAt(tree, path);
    if (entry === undefined) continue;
    const isDirectory = entry.type === 'directory';
    if (found === NOTHING && !isWhiteout(entry)) found = { entry, tree, directories };
    if (isDirectory) directories.push(tree);
    if (!isDirectory || isOpaque(entry)) break;
  }
  return found;
}

/** Names in a directory as the layers below show it, in the order of their bytes. */
export async function namesBelow(
  native: TreeFunctions,
  trees: readonly Tree[],
  path: string,
): Promise<string[]> {
  const seen = new Map<string, boolean>();
  for (const tree of trees) {
    for (const entry of await native.entriesOf(tree, path))
      if (!seen.has(entry.name)) seen.set(entry.name, !isWhiteout(entry));
  }
  return [...seen]
    .filter(([, isThere]) => isThere)
    .map(([name]) => name)
    .sort();
}
