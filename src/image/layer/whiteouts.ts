import type { TarEntry } from '../tar/entry.ts';
import { damaged } from '../tar/refusal.ts';

/** layer.md, "Whiteouts": no file has a name that begins so. */
const PREFIX = '.wh.';
/** What aufs kept for itself; of these only the opaque marker means anything to others. */
const META_PREFIX = '.wh..wh.';
const OPAQUE = '.wh..wh..opq';

/** What an entry says of lower layers instead of adding something to its own. */
export type Marker = { readonly kind: 'whiteout'; readonly name: string } | { readonly kind: 'opaque' };

export const isReserved = (component: string): boolean => component.startsWith(PREFIX);

/** Whether an entry belongs to aufs' own files, which archives of its time have and which say nothing of the image. */
export const isAufs = (components: readonly string[]): boolean =>
  components.some((component) => component.startsWith(META_PREFIX) && component !== OPAQUE);

/** `base` is the last component of the entry's name. */
export function markerOf(entry: TarEntry, base: string): Marker | undefined {
  if (!isReserved(base)) return undefined;
  checkFile(entry);
  if (base === OPAQUE) return { kind: 'opaque' };
  const name = base.slice(PREFIX.length);
  if (name === '') throw damaged('a whiteout without a name');
  if (name === '.' || name === '..') throw damaged(`a whiteout of "${name}"`);
  return { kind: 'whiteout', name };
}

/** aufs made its whiteouts hard links of one another, and archives made on it have them so. */
function checkFile(entry: TarEntry): void {
  const isLinked =
    entry.type === 'hardlink' && isReserved(entry.target.slice(entry.target.lastIndexOf('/') + 1));
  if (entry.type !== 'file' && !isLinked) throw damaged(`a whiteout that is no file (${entry.type})`);
}
