import { RuntsError } from '../../errors.ts';
import type { Tree, TreeEntry, TreeFunctions } from '../native.ts';
import { quoted } from '../tar/quoted.ts';
import { lookBelow, namesBelow } from './below.ts';
import type { Below } from './below.ts';
import { haveSameAttributes, isSameButForTime } from './compare.ts';
import { asInside } from './owners.ts';
import type { Owners } from './owners.ts';
import { elsewhere, isOpaque, isWhiteout } from './overlay.ts';

/** The layers of a container. */
export interface ChangedLayers {
  readonly upper: Tree;
  /** Of the image, the topmost first. */
  readonly lower: readonly Tree[];
  /** Files in it are the runtime's own, and no changes of the image. */
  readonly init?: Tree;
  /** Of the upper layer; the others have the ids that the container knows. */
  readonly owners: Owners;
}

/** What an upper layer says of a path, which is of bytes. */
export type LayerChange =
  | { readonly kind: 'present'; readonly path: string; readonly entry: TreeEntry; readonly below: Below }
  /** Lower layers have something there that is hidden. */
  | { readonly kind: 'deleted'; readonly path: string };

/**
 * All that an upper layer says, directories before what is in them and names in the order of their bytes. What hides by itself (whiteouts,
 * opaque directories) is told as what it hides.
 * @throws {RuntsError} UNSUPPORTED for a layer whose entries lie elsewhere.
 */
export async function* changesOf(native: TreeFunctions, layers: ChangedLayers): AsyncGenerator<LayerChange> {
  const top = await native.entryAt(layers.upper, '');
  if (top === undefined) return;
  const entry = asInside(layers.owners, top);
  const below = await lookBelow(native, layers.lower, '');
  // It is made anew for each container, at a time that says nothing.
  const isAsBelow = below.entry !== undefined && isSameButForTime(entry, below.entry);
  yield* present({ native, layers }, { path: '', entry, below, isHidden: false, isAsBelow });
}

interface Walk {
  readonly native: TreeFunctions;
  readonly layers: ChangedLayers;
}

interface Place {
  readonly path: string;
  /** Layers whose directory would be seen there. */
  readonly lower: readonly Tree[];
  /** True where it is not, for what is in it. */
  readonly isHidden: boolean;
}

async function* changesIn(walk: Walk, { path, lower, isHidden }: Place): AsyncGenerator<LayerChange> {
  const { native, layers } = walk;
  const listed = await native.entriesOf(layers.upper, path);
  const entries = new Map(listed.map((entry) => [entry.name, asInside(layers.owners, entry)]));
  const hidden = isHidden ? await namesBelow(native, lower, path) : [];
  for (const name of [...new Set([...entries.keys(), ...hidden])].sort()) {
    const child = path === '' ? name : `${path}/${name}`;
    const own = layers.init && (await native.entryAt(layers.init, child));
    if (own !== undefined && own.type !== 'directory') continue;
    const entry = entries.get(name);
    const below = await lookBelow(native, lower, child);
    if (entry !== undefined && !isWhiteout(entry)) {
      const isAsBelow = own !== undefined && haveSameAttributes(entry, own);
      yield* present(walk, { path: child, entry, below, isHidden, isAsBelow });
    } else if (below.entry !== undefined) yield { kind: 'deleted', path: child };
  }
}

interface Present {
  readonly path: string;
  readonly entry: TreeEntry;
  readonly below: Below;
  readonly isHidden: boolean;
  /** True for a directory that was copied up from the runtime's own, for which that of the image stands then. */
  readonly isAsBelow: boolean;
}

async function* present(walk: Walk, here: Present): AsyncGenerator<LayerChange> {
  const { path, entry, below, isHidden, isAsBelow } = here;
  refuseElsewhere(path, entry);
  yield { kind: 'present', path, entry: (isAsBelow ? below.entry : undefined) ?? entry, below };
  if (entry.type !== 'directory') return;
  const lower = below.directories;
  yield* changesIn(walk, { path, lower, isHidden: isHidden || isOpaque(entry) });
}

function refuseElsewhere(path: string, entry: TreeEntry): void {
  const attribute = elsewhere(entry);
  if (attribute === undefined) return;
  throw new RuntsError(
    'UNSUPPORTED',
    `${quoted(path)}: has the attribute ${attribute}: its content lies elsewhere`,
    {
      hint: 'mount the overlay with redirect_dir=nofollow,metacopy=off',
    },
  );
}
