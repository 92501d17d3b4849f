import { RuntsError } from '../../errors.ts';
import type { Tree, TreeEntry, TreeFunctions } from '../native.ts';
import { quoted } from '../tar/quoted.ts';
import { lookBelow, namesBelow } from './below.ts';
import type { Below } from './below.ts';
import { elsewhere, isOpaque, isWhiteout } from './overlay.ts';

/** The layers of a container. */
export interface ChangedLayers {
  readonly upper: Tree;
  /** Of the image, the topmost first. */
  readonly lower: readonly Tree[];
  /** Files in it are the runtime's own, and no changes of the image. */
  readonly init?: Tree;
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
  yield* changesIn({ native, layers }, { path: '', lower: layers.lower, isHidden: false });
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
  const entries = new Map((await native.entriesOf(layers.upper, path)).map((entry) => [entry.name, entry]));
  const hidden = isHidden ? await namesBelow(native, lower, path) : [];
  for (const name of [...new Set([...entries.keys(), ...hidden])].sort()) {
    const child = path === '' ? name : `${path}/${name}`;
    if (await isOfRuntime(walk, child)) continue;
    const entry = entries.get(name);
    const below = await lookBelow(native, lower, child);
    if (entry !== undefined && !isWhiteout(entry)) yield* present(walk, { child, entry, below, isHidden });
    else if (below.entry !== undefined) yield { kind: 'deleted', path: child };
  }
}

interface Present {
  readonly child: string;
  readonly entry: TreeEntry;
  readonly below: Below;
  readonly isHidden: boolean;
}

async function* present(walk: Walk, { child, entry, below, isHidden }: Present): AsyncGenerator<LayerChange> {
  const attribute = elsewhere(entry);
  if (attribute !== undefined) {
    throw new RuntsError(
      'UNSUPPORTED',
      `${quoted(child)}: has the attribute ${attribute}: its content lies elsewhere`,
      {
        hint: 'mount the overlay with redirect_dir=nofollow,metacopy=off',
      },
    );
  }
  yield { kind: 'present', path: child, entry, below };
  if (entry.type !== 'directory') return;
  yield* changesIn(walk, {
    path: child,
    lower: below.directories,
    isHidden: isHidden || isOpaque(entry),
  });
}

async function isOfRuntime({ native, layers: { init } }: Walk, path: string): Promise<boolean> {
  if (init === undefined) return false;
  const entry = await native.entryAt(init, path);
  return entry !== undefined && entry.type !== 'directory';
}
