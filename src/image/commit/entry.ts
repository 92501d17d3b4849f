import { RuntsError } from '../../errors.ts';
import type { LayerChange } from '../changes/walk.ts';
import { keepsXattr } from '../layer/attributes.ts';
import type { TreeEntry } from '../native.ts';
import { PLAIN } from '../tar/entry.ts';
import type { TarEntry } from '../tar/entry.ts';
import { quoted } from '../tar/quoted.ts';

/** What hides a path of lower layers (layer.md, "Whiteouts"). */
const WHITEOUT = '.wh.';

/**
 * What an archive of a layer says of a change; undefined for a socket, which archives have no form for. `first` is the name that the
 * same file has in the archive already.
 * @throws {RuntsError} UNSUPPORTED for a name that is one of whiteouts.
 */
export function entryOf(change: LayerChange, first: string | undefined): TarEntry | undefined {
  refuseWhiteout(change.path);
  if (change.kind === 'deleted') return { ...PLAIN, mode: 0, name: whiteoutOf(change.path) };
  const { path, entry } = change;
  const { type } = entry;
  if (type === 'socket') return undefined;
  if (first === undefined) return fileOf(path, entry, type);
  return { ...attributesOf(entry, type), name: path, type: 'hardlink', target: first, size: 0 };
}

function fileOf(path: string, entry: TreeEntry, type: TarEntry['type']): TarEntry {
  const name = type === 'directory' ? `${path === '' ? '.' : path}/` : path;
  return { ...attributesOf(entry, type), name, type, target: entry.target, size: entry.size };
}

type Attributes = Pick<TarEntry, 'mode' | 'uid' | 'gid' | 'mtime' | 'device' | 'xattrs'>;

function attributesOf(
  { mode, uid, gid, mtime, device, xattrs }: TreeEntry,
  type: TarEntry['type'],
): Attributes {
  const kept = [...xattrs].filter(([name]) => keepsXattr(type, name));
  return { mode, uid, gid, mtime, device, xattrs: new Map(kept) };
}

function whiteoutOf(path: string): string {
  const slash = path.lastIndexOf('/') + 1;
  return path.slice(0, slash) + WHITEOUT + path.slice(slash);
}

function refuseWhiteout(path: string): void {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!name.startsWith(WHITEOUT)) return;
  throw new RuntsError(
    'UNSUPPORTED',
    `${quoted(path)}: a layer cannot have a name that begins with ${WHITEOUT}`,
    {
      hint: 'it would hide a file of lower layers: remove or rename it',
    },
  );
}
