import { parseIdmapOption } from '../spec/idmap-option.ts';
import type { IdmapOption } from '../spec/idmap-option.ts';
import {
  ACCESS_TIMES,
  MOUNT_FLAGS,
  MOUNT_PROPAGATIONS,
  SUPERBLOCK_FLAGS,
  WITHOUT_EFFECT,
} from '../spec/mount-words.ts';
import type { LinkWord, MountKind } from '../spec/mount-words.ts';
import type { MOUNT_ATTRIBUTE, PROPAGATION, SOURCE_LINK } from './numbers.ts';

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
  /** Mappings in the option itself. */
  readonly mappings: IdmapOption | undefined;
  /** A symbolic link as the source is followed, made anew in the container, or mounted itself. */
  readonly sourceLink: keyof typeof SOURCE_LINK;
  /** A symbolic link as the destination is covered, not followed. */
  readonly coverLink: boolean;
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
  /** Those that were asked away, in the words that a remount takes. */
  readonly superblockOff: readonly string[];
  /** What is the file system's own: `key=value` or `key`, with its place in the config's list. */
  readonly data: readonly { readonly text: string; readonly at: number }[];
}

/** The order in which attributes are written down. */
const ORDER: readonly Attribute[] = [
  ...(['rdonly', 'nosuid', 'nodev', 'noexec', 'noatime', 'strictatime', 'atime', 'nodiratime'] as const),
  'nosymfollow',
];

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
  mappings: MountOptions['mappings'];
  sourceLink: MountOptions['sourceLink'];
  coverLink: boolean;
  propagation: Propagation;
  propagationRecursive: boolean;
  readonly own: Flags;
  readonly below: Flags;
  readonly superblock: Set<string>;
  readonly superblockOff: Map<string, string>;
  readonly data: { text: string; at: number }[];
}

const KINDS: Readonly<Record<MountKind, (draft: Draft) => void>> = {
  bind: (draft) => void (draft.bind = true),
  rbind: (draft) => void Object.assign(draft, { bind: true, recursive: true }),
  remount: (draft) => void (draft.remount = true),
  tmpcopyup: (draft) => void (draft.copyUp = true),
  idmap: (draft) => void (draft.idmap = 'mount'),
  ridmap: (draft) => void (draft.idmap = 'tree'),
};

const LINKS: Readonly<Record<LinkWord, (draft: Draft) => void>> = {
  'copy-symlink': (draft) => void (draft.sourceLink = 'copy'),
  'src-nofollow': (draft) => void (draft.sourceLink = 'mount'),
  'dest-nofollow': (draft) => void (draft.coverLink = true),
};

/** Later words override earlier ones; words that are in no table are the file system's. */
export function parseMountOptions(words: readonly string[]): MountOptions {
  const draft: Draft = {
    bind: false,
    recursive: false,
    remount: false,
    copyUp: false,
    idmap: 'none',
    mappings: undefined,
    sourceLink: 'follow',
    coverLink: false,
    propagation: 'unchanged',
    propagationRecursive: false,
    own: { set: new Set(), clear: new Set() },
    below: { set: new Set(), clear: new Set() },
    superblock: new Set(),
    superblockOff: new Map(),
    data: [],
  };
  words.forEach((word, at) => {
    if (!takeKind(draft, word) && !takeFlag(draft, word)) draft.data.push(...splitData(word, at));
  });
  const { own, below, superblock, superblockOff, ...rest } = draft;
  return {
    ...rest,
    set: inOrder(own.set),
    clear: inOrder(own.clear),
    recursiveSet: inOrder(below.set),
    recursiveClear: inOrder(below.clear),
    superblock: [...superblock],
    superblockOff: [...superblockOff.values()],
  };
}

function takeKind(draft: Draft, word: string): boolean {
  const kind = lookUp(KINDS, word) ?? lookUp(LINKS, word);
  kind?.(draft);
  return (
    kind !== undefined || takeMappings(draft, word) || takePropagation(draft, word) || isWithoutEffect(word)
  );
}

function takeMappings(draft: Draft, word: string): boolean {
  const mappings = parseIdmapOption(word);
  if (mappings === undefined) return false;
  draft.idmap = mappings.recursive ? 'tree' : 'mount';
  draft.mappings = mappings;
  return true;
}

function isWithoutEffect(word: string): boolean {
  return word === '' || WITHOUT_EFFECT.some((known) => known === word);
}

function takePropagation(draft: Draft, word: string): boolean {
  const type = MOUNT_PROPAGATIONS.find((name) => word === name || word === `r${name}`);
  if (type === undefined) return false;
  draft.propagationRecursive = word !== type;
  draft.propagation = type;
  return true;
}

function takeFlag(draft: Draft, word: string): boolean {
  if (takeAttribute(draft.own, word)) return true;
  if (word.startsWith('r') && takeAttribute(draft.below, word.slice(1))) return true;
  const superblock = lookUp(SUPERBLOCK_FLAGS, word);
  if (superblock === undefined) return false;
  const { flag, on } = superblock;
  draft.superblock.delete(flag);
  draft.superblockOff.delete(flag);
  if (on) draft.superblock.add(flag);
  else draft.superblockOff.set(flag, word);
  return true;
}

function takeAttribute({ set, clear }: Flags, word: string): boolean {
  const flag = lookUp(MOUNT_FLAGS, word);
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

function lookUp<T extends object>(table: T, word: string): T[keyof T] | undefined {
  return Object.hasOwn(table, word) ? table[word as keyof T] : undefined;
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
