import type { EntryType, TarEntry } from '../tar/entry.ts';
import { damaged } from '../tar/refusal.ts';
import type { Action, Attributes } from './actions.ts';
import { checkDevice } from './attributes.ts';
import { hardLinked } from './hardlinks.ts';
import type { Layer, Spot } from './layer.ts';
import { checkText } from './path.ts';
import { FILE, type Node } from './tree.ts';

/** Of all entries but directories. */
export type LeafEntry = TarEntry & { readonly type: Exclude<EntryType, 'directory'> };

export const isLeaf = (entry: TarEntry): entry is LeafEntry => entry.type !== 'directory';

/** What the layer then has at the entry's place, and how it comes there. */
interface Leaf {
  readonly node: Node;
  readonly action: Action;
}

export function leafOf(layer: Layer, entry: LeafEntry, spot: Spot, attributes: Attributes): Leaf {
  const common = { path: spot.path, attributes };
  switch (entry.type) {
    case 'symlink':
      return symlinkOf(entry.target, common);
    case 'hardlink': {
      const { path: existing, node } = hardLinked(layer, spot, entry);
      return { node, action: { kind: 'hardlink', existing, ...common } };
    }
    case 'character':
    case 'block':
      checkDevice(entry);
      return { node: FILE, action: { kind: 'device', type: entry.type, ...entry.device, ...common } };
    case 'fifo':
      return { node: FILE, action: { kind: 'fifo', ...common } };
    case 'file':
      return { node: FILE, action: fileOf(entry, common) };
  }
}

type Common = Readonly<{ path: string; attributes: Attributes }>;

/** The target is the container's business: it is followed in the layer alone, by nobody else. */
function symlinkOf(target: string, common: Common): Leaf {
  if (target === '') throw damaged('a symbolic link without a target');
  checkText('the target', target);
  return { node: { kind: 'symlink', target }, action: { kind: 'symlink', target, ...common } };
}

function fileOf({ size, extents }: TarEntry, common: Common): Action {
  return extents === undefined
    ? { kind: 'file', size, ...common }
    : { kind: 'file', size, extents, ...common };
}
