import { RuntsError } from '../../errors.ts';
import type { TarEntry } from '../tar/entry.ts';

/** What one layer may ask for. */
export interface LayerBudget {
  /** Of files' content (holes of sparse files count), names, targets and extended attributes. */
  readonly bytes: number;
  /** Entries, and directories that these imply. */
  readonly entries: number;
  /** Components of a path. */
  readonly depth: number;
  /** Bytes of the names of all entries, of links' targets and of directories' paths: these are kept in memory until the layer is done. */
  readonly names: number;
  /** Bytes of the extended attributes of one entry, names and values. */
  readonly xattrs: number;
  /**
   * Unpacked bytes for each packed one, of those and of the archive with all that is in it. The first 256 MiB are free: small layers of
   * zeros are no bombs.
   */
  readonly ratio: number;
}

export const DEFAULT_BUDGET: LayerBudget = {
  bytes: 64 * 2 ** 30,
  entries: 1_000_000,
  depth: 256,
  names: 256 * 2 ** 20,
  xattrs: 256 * 2 ** 10,
  ratio: 250,
};

/** The options of the command that set the budget. */
export const BUDGET_FLAGS: Readonly<Record<keyof LayerBudget, string>> = {
  bytes: '--max-layer-bytes',
  entries: '--max-layer-entries',
  depth: '--max-depth',
  names: '--max-name-bytes',
  xattrs: '--max-xattr-bytes',
  ratio: '--max-ratio',
};

const FREE_BYTES = 256 * 2 ** 20;

/** What a layer has used so far. */
export interface Spending {
  bytes: number;
  archive: number;
  entries: number;
  names: number;
}

export interface Purse {
  readonly spent: Readonly<Spending>;
  /** Bytes of the archive that were read. */
  archive(bytes: number): void;
  /** Before anything of the entry is done. */
  entry(entry: TarEntry): void;
  /** A directory that none of the entries names. */
  implied(): void;
  /** Before a directory is made; links may make its path much longer than its entry's name. */
  directory(path: string): void;
  depth(components: number): void;
}

/** `packed` is the size of the layer's blob, bytes. Throws TOO_LARGE. */
export function purse(budget: LayerBudget, packed: number): Purse {
  const spent: Spending = { bytes: 0, archive: 0, entries: 0, names: 0 };
  const count = (): void => check(budget, 'entries', (spent.entries += 1));
  const weigh = (bytes: number): void => {
    if (bytes > FREE_BYTES) check(budget, 'ratio', Math.ceil(bytes / Math.max(packed, 1)));
  };
  return {
    spent,
    archive: (bytes) => weigh((spent.archive += bytes)),
    entry(entry) {
      count();
      const xattrs = xattrBytes(entry);
      const names = entry.name.length + entry.target.length;
      check(budget, 'xattrs', xattrs);
      check(budget, 'names', (spent.names += names));
      check(budget, 'bytes', (spent.bytes += entry.size + names + xattrs));
      weigh(spent.bytes);
    },
    implied: count,
    directory: (path) => check(budget, 'names', (spent.names += path.length)),
    depth: (components) => check(budget, 'depth', components),
  };
}

function xattrBytes({ xattrs }: TarEntry): number {
  let bytes = 0;
  for (const [name, value] of xattrs) bytes += name.length + value.length;
  return bytes;
}

const TEXTS: Readonly<Record<keyof LayerBudget, (limit: number) => string>> = {
  bytes: (limit) => `the layer unpacks to more than ${limit} bytes`,
  entries: (limit) => `the layer has more than ${limit} entries and directories`,
  depth: (limit) => `the path has more than ${limit} components`,
  names: (limit) => `the names of the layer's entries have more than ${limit} bytes`,
  xattrs: (limit) => `the extended attributes have more than ${limit} bytes`,
  ratio: (limit) => `the layer unpacks to more than ${limit} times its packed size`,
};

function check(budget: LayerBudget, name: keyof LayerBudget, value: number): void {
  if (value <= budget[name]) return;
  throw new RuntsError('TOO_LARGE', TEXTS[name](budget[name]), {
    hint: `${BUDGET_FLAGS[name]} raises that limit, for images that you trust`,
  });
}

/**
 * Bytes that so many packed ones may become: those of an archive that is packed as a whole, and those that hard links may make a layer
 * copy of files below it, which weigh nothing in its archive and are known where they are copied.
 */
export function mostUnpacked(budget: Partial<LayerBudget> | undefined, packed: number): number {
  const { bytes, ratio } = { ...DEFAULT_BUDGET, ...budget };
  return Math.min(bytes, Math.max(FREE_BYTES, ratio * packed), Number.MAX_SAFE_INTEGER);
}

export const copiesTooLarge = (subject: string): RuntsError =>
  new RuntsError('TOO_LARGE', `${subject}: hard links copy more of lower layers than the layer may have`, {
    hint: `${BUDGET_FLAGS.bytes} and ${BUDGET_FLAGS.ratio} raise that limit, for images that you trust`,
  });

/**
 * Layers that are unpacked for one image, together: a small one that unpacks to what is free does so once, and not five hundred times.
 * `packed` has each blob once. Throws TOO_LARGE.
 */
export function checkTogether(
  budget: Partial<LayerBudget> | undefined,
  { unpacked, packed }: { readonly unpacked: number; readonly packed: number },
): void {
  const { ratio } = { ...DEFAULT_BUDGET, ...budget };
  if (unpacked <= FREE_BYTES || unpacked / Math.max(packed, 1) <= ratio) return;
  throw new RuntsError(
    'TOO_LARGE',
    `it and the layers below unpack to more than ${ratio} times what is packed`,
    {
      hint: `${BUDGET_FLAGS.ratio} raises that limit, for images that you trust`,
    },
  );
}
