import type { TreeFunctions } from '../native.ts';
import { haveSameAttributes } from './compare.ts';
import { haveSameContent } from './content.ts';
import { changesOf } from './walk.ts';
import type { ChangedLayers, LayerChange } from './walk.ts';

export interface Change {
  readonly kind: 'added' | 'modified' | 'deleted';
  /** Absolute, as the container has it; of bytes that are no UTF-8, U+FFFD stands for each. */
  readonly path: string;
}

/** What a container has changed, directories before what is in them and names in the order of their bytes. */
export async function diff(native: TreeFunctions, layers: ChangedLayers): Promise<Change[]> {
  const changes: Change[] = [];
  for await (const change of changesOf(native, layers)) {
    const kind = await kindOf(native, layers, change);
    if (kind !== undefined) changes.push({ kind, path: textOf(change.path) });
  }
  return changes;
}

/** Undefined for what was copied up, and is as it was below. */
async function kindOf(
  native: TreeFunctions,
  { upper }: ChangedLayers,
  change: LayerChange,
): Promise<Change['kind'] | undefined> {
  if (change.kind === 'deleted') return 'deleted';
  const { path, entry, below } = change;
  if (below.entry === undefined || below.tree === undefined) return 'added';
  if (!haveSameAttributes(entry, below.entry)) return 'modified';
  if (entry.type !== 'file') return undefined;
  const same = await haveSameContent(
    native,
    { tree: upper, path, entry },
    { tree: below.tree, path, entry: below.entry },
  );
  return same ? undefined : 'modified';
}

const textOf = (path: string): string => `/${Buffer.from(path, 'latin1').toString()}`;
