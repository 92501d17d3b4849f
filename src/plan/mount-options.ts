import type { MOUNT_ATTRIBUTE, PROPAGATION } from './numbers.ts';

/** Attributes that are flags of their own; access times are one choice of three. */
export type Attribute = keyof typeof MOUNT_ATTRIBUTE;
export type Propagation = keyof typeof PROPAGATION;

/** The options of a mount (config.md#linux-mount-options), sorted by what carries them out. */
export interface MountOptions {
  readonly bind: boolean;
  /** rbind. */
  readonly recursive: boolean;
  readonly remount: boolean;
  readonly copyUp: boolean;
  readonly idmap: 'none' | 'mount' | 'tree';
  /** Attributes asked for, and attributes asked away, of the mount itself. */
  readonly set: readonly Attribute[];
  readonly clear: readonly Attribute[];
  /** The same for the mounts below it too. */
  readonly recursiveSet: readonly Attribute[];
  readonly recursiveClear: readonly Attribute[];
  readonly propagation: Propagation;
  readonly propagationRecursive: boolean;
  /** Flags of a new file system's superblock, in the words of fsconfig(2). */
  readonly superblock: readonly string[];
  /** What is the file system's own: `key=value` or `key`, with its place in the config's list. */
  readonly data: readonly { readonly text: string; readonly at: number }[];
}

/** The order in which attributes are written down. */
const ORDER: readonly Attribute[] = [
  ...(['rdonly', 'nosuid', 'nodev', 'noexec', 'noatime', 'strictatime', 'atime', 'nodiratime'] as const),
  'nosymfollow',
];

const FLAGS: Readonly<Record<string, { readonly attribute: Attribute; readonly on: boolean }>> = {
  ro: { attribute: 'rdonly', on: true },
  rw: { attribute: 'rdonly', on: false },
  nosuid: { attribute: 'nosuid', on: true },
  suid: { attribute: 'nosuid', on: false },
  nodev: { attribute: 'nodev', on: true },
  dev: { attribute: 'nodev', on: false },
  noexec: { attribute: 'noexec', on: true },
  exec: { attribute: 'noexec', on: false },
  nodiratime: { attribute: 'nodiratime', on: true },
  diratime: { attribute: 'nodiratime', on: false },
  nosymfollow: { attribute: 'nosymfollow', on: true },
  symfollow: { attribute: 'nosymfollow', on: false },
};

/**
 * When files' access times are kept. The kernel has three ways, of which relatime is the usual one: to ask one of
 * the others away is to ask for it (mount(8)).
 */
const ACCESS_TIMES: Readonly<Record<string, 'noatime' | 'strictatime' | 'relatime'>> = {
  noatime: 'noatime',
  strictatime: 'strictatime',
  relatime: 'relatime',
  atime: 'relatime',
  norelatime: 'relatime',
  nostrictatime: 'relatime',
};

const SUPERBLOCK: Readonly<Record<string, { readonly flag: string; readonly on: boolean }>> = {
  sync: { flag: 'sync', on: true },
  async: { flag: 'sync', on: false },
  dirsync: { flag: 'dirsync', on: true },
  lazytime: { flag: 'lazytime', on: true },
  nolazytime: { flag: 'lazytime', on: false },
  mand: { flag: 'mand', on: true },
  nomand: { flag: 'mand', on: false },
};

/**
 * Words that change nothing: `defaults` by definition; `silent` and `loud` because fsconfig(2) reports to its caller
 * and not to the kernel's log; `iversion` because file systems that have it keep it on, and fsconfig(2) has no word.
 */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  '',
  'defaults',
  'silent',
  'loud',
  'iversion',
  'noiversion',
]);

const PROPAGATIONS = /^(r?)(private|slave|shared|unbindable)$/;

interface Flags {
  readonly set: Set<Attribute>;
  readonly clear: Set<Attribute>;
}

interface Draft {
  bind: boolean;
  recursive: boolean;
  remount: boolean;
  copyUp: boolean;
  idmap: MountOptions['idmap'];
  propagation: Propagation;
  propagationRecursive: boolean;
  readonly own: Flags;
  readonly below: Flags;
  readonly superblock: Set<string>;
  readonly data: { text: string; at: number }[];
}

/** Later words override earlier ones; words that are in no table are the file system's. */
export function parseMountOptions(words: readonly string[]): MountOptions {
  const draft: Draft = {
    bind: false,
    recursive: false,
    remount: false,
    copyUp: false,
    idmap: 'none',
    propagation: 'unchanged',
    propagationRecursive: false,
    own: { set: new Set(), clear: new Set() },
    below: { set: new Set(), clear: new Set() },
    superblock: new Set(),
    data: [],
  };
  words.forEach((word, at) => {
    if (!takeVerb(draft, word) && !takeFlag(draft, word)) draft.data.push(...splitData(word, at));
  });
  const { own, below, superblock, ...rest } = draft;
  return {
    ...rest,
    set: inOrder(own.set),
    clear: inOrder(own.clear),
    recursiveSet: inOrder(below.set),
    recursiveClear: inOrder(below.clear),
    superblock: [...superblock],
  };
}

/** What kind of mount it is to be. */
function takeVerb(draft: Draft, word: string): boolean {
  if (word === 'bind' || word === 'rbind') {
    draft.bind = true;
    draft.recursive ||= word === 'rbind';
  } else if (word === 'remount') draft.remount = true;
  else if (word === 'tmpcopyup') draft.copyUp = true;
  else if (word === 'idmap' || word === 'ridmap') draft.idmap = word === 'idmap' ? 'mount' : 'tree';
  else return takePropagation(draft, word) || WITHOUT_EFFECT.has(word);
  return true;
}

function takePropagation(draft: Draft, word: string): boolean {
  const [, recursive, type] = PROPAGATIONS.exec(word) ?? [];
  if (type === undefined) return false;
  draft.propagationRecursive = recursive === 'r';
  draft.propagation = type as Propagation;
  return true;
}

function takeFlag(draft: Draft, word: string): boolean {
  if (takeAttribute(draft.own, word)) return true;
  if (word.startsWith('r') && takeAttribute(draft.below, word.slice(1))) return true;
  const superblock = lookUp(SUPERBLOCK, word);
  if (superblock === undefined) return false;
  if (superblock.on) draft.superblock.add(superblock.flag);
  else draft.superblock.delete(superblock.flag);
  return true;
}

function takeAttribute({ set, clear }: Flags, word: string): boolean {
  const flag = lookUp(FLAGS, word);
  const times = lookUp(ACCESS_TIMES, word);
  if (flag !== undefined) {
    (flag.on ? set : clear).add(flag.attribute);
    (flag.on ? clear : set).delete(flag.attribute);
  } else if (times !== undefined) {
    set.delete('noatime');
    set.delete('strictatime');
    // mount_setattr(2): a way of keeping access times is only taken together with its whole mask in attr_clr
    clear.add('atime');
    if (times !== 'relatime') set.add(times);
  }
  return flag !== undefined || times !== undefined;
}

function lookUp<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

function inOrder(attributes: ReadonlySet<Attribute>): Attribute[] {
  return ORDER.filter((attribute) => attributes.has(attribute));
}

/**
 * mount(2) would split at commas, but for quoted ones (SELinux contexts have them) and escaped ones (overlayfs);
 * fsconfig(2) takes one value as it is, so the quotes go.
 */
function splitData(word: string, at: number): { text: string; at: number }[] {
  const parts = word.match(/(?:"[^"]*"|\\.|[^,"\\]|["\\])+/gs) ?? [];
  return parts.map((part) => ({ text: part.replace(/^(\w*context)="(.*)"$/s, '$1=$2'), at }));
}
