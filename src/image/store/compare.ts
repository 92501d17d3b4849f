import { read } from 'node:fs';
import { promisify } from 'node:util';
import { addon } from '../../host/node-addon.ts';
import { treeFunctions } from '../native.ts';
import type { Tree, TreeEntry, TreeFunctions } from '../native.ts';
import type { Timestamp } from '../tar/entry.ts';
import { quoted } from '../tar/quoted.ts';

/** Both sides of what is compared. */
interface Pair {
  readonly native: TreeFunctions;
  readonly is: Tree;
  readonly was: Tree;
  /** Where each file was met first, by its inode on either side: tells hard links. */
  readonly met: { readonly is: Map<string, string>; readonly was: Map<string, string> };
  readonly signal?: AbortSignal;
}

/**
 * Says in what a tree differs from what it was, entry by entry with attributes and content; undefined where in nothing. The
 * first difference is enough.
 */
export async function difference(is: string, was: string, signal?: AbortSignal): Promise<string | undefined> {
  const native = treeFunctions();
  const trees = [is, was].map((directory) => native.openTree(directory)) as [Tree, Tree];
  const met = { is: new Map<string, string>(), was: new Map<string, string>() };
  const pair: Pair = { native, is: trees[0], was: trees[1], met, ...(signal !== undefined && { signal }) };
  try {
    const [here, there] = await Promise.all([native.entryAt(pair.is, ''), native.entryAt(pair.was, '')]);
    return await differenceOf(pair, '', here, there);
  } finally {
    for (const tree of trees) native.closeTree(tree);
  }
}

async function differenceOf(
  pair: Pair,
  path: string,
  is: TreeEntry | undefined,
  was: TreeEntry | undefined,
): Promise<string | undefined> {
  pair.signal?.throwIfAborted();
  if (is === undefined || was === undefined)
    return `${quoted(path)} is ${is === undefined ? 'missing' : 'new'}`;
  const what = attributeOf(is, was) ?? linkOf(pair, path, is, was);
  if (what !== undefined) return `${quoted(path)} has another ${what}`;
  if (is.type === 'directory') return differenceBelow(pair, path);
  if (is.type !== 'file' || (await hasSameContent(pair, path, is, was))) return undefined;
  return `${quoted(path)} has other content`;
}

const ATTRIBUTES = ['type', 'mode', 'uid', 'gid', 'size', 'target', 'links'] as const;

/** The machine may give labels of its own to what it has. */
const LABEL = 'security.selinux';

function attributeOf(is: TreeEntry, was: TreeEntry): string | undefined {
  const plain = ATTRIBUTES.find(
    (name) => is[name] !== was[name] && !(name === 'links' && is.type === 'directory'),
  );
  if (plain !== undefined) return plain;
  if (!isWhiteout(is) && !isSameTime(is.mtime, was.mtime)) return 'mtime';
  if (is.device.major !== was.device.major || is.device.minor !== was.device.minor) return 'device';
  const names = new Set([...is.xattrs.keys(), ...was.xattrs.keys()]);
  return [...names].find((name) => name !== LABEL && is.xattrs.get(name) !== was.xattrs.get(name));
}

/** Nobody ever sees one, so it has any time. */
const isWhiteout = ({ type, device }: TreeEntry): boolean =>
  type === 'character' && device.major === 0 && device.minor === 0;

const isSameTime = (is: Timestamp, was: Timestamp): boolean =>
  is.seconds === was.seconds && is.nanoseconds === was.nanoseconds;

/** Names that are one file on one side must be one on the other. */
function linkOf({ met }: Pair, path: string, is: TreeEntry, was: TreeEntry): string | undefined {
  if (is.type === 'directory' || is.links === 1) return undefined;
  const [here, there] = [firstOf(met.is, is, path), firstOf(met.was, was, path)];
  return here === there ? undefined : 'hard link';
}

function firstOf(met: Map<string, string>, { inode }: TreeEntry, path: string): string {
  const first = met.get(inode) ?? path;
  met.set(inode, first);
  return first;
}

async function differenceBelow(pair: Pair, path: string): Promise<string | undefined> {
  const { native, is, was } = pair;
  const sides = await Promise.all([is, was].map((tree) => native.entriesOf(tree, path)));
  const [here, there] = sides.map((entries) => new Map(entries.map((entry) => [entry.name, entry])));
  for (const name of new Set(sides.flat().map((entry) => entry.name))) {
    const below = path === '' ? name : `${path}/${name}`;
    const what = await differenceOf(pair, below, here?.get(name), there?.get(name));
    if (what !== undefined) return what;
  }
  return undefined;
}

const CHUNK = 1 << 18;

const readAsync = promisify(read);

async function hasSameContent(pair: Pair, path: string, is: TreeEntry, was: TreeEntry): Promise<boolean> {
  if (is.size === 0) return true;
  const { native } = pair;
  const files: number[] = [];
  try {
    files.push(await native.openFile(pair.is, path, is), await native.openFile(pair.was, path, was));
    for (let at = 0; at < is.size; at += CHUNK) {
      pair.signal?.throwIfAborted();
      const size = Math.min(CHUNK, is.size - at);
      const [here, there] = await Promise.all(files.map((file) => readFully(file, at, size)));
      if (!here?.equals(there!)) return false;
    }
    return true;
  } finally {
    for (const file of files) addon().closeDescriptor(file);
  }
}

/** Fewer bytes where the file ends early. */
async function readFully(file: number, offset: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  let got = 0;
  while (got < size) {
    const { bytesRead } = await readAsync(file, buffer, got, size - got, offset + got);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return buffer.subarray(0, got);
}
