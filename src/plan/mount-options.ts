import { isIdmapOption, parseIdmapOption } from '../spec/idmap-option.ts';
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

/** Sets of attributes: a bit each, by their place in {@link ORDER}. */
interface Flags {
  set: number;
  clear: number;
}

const bitOf = (attribute: Attribute): number => 1 << ORDER.indexOf(attribute);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Options in the making: what words have said that is put together at the end. */
interface Draft {
  readonly options: Writable<MountOptions>;
  readonly own: Flags;
  readonly below: Flags;
  /** Flags of the superblock and the words that asked for or against them. */
  superblock: readonly SuperblockWord[];
  readonly data: { text: string; at: number }[];
}

interface SuperblockWord {
  readonly flag: string;
  readonly on: boolean;
  readonly word: string;
}

type Effect = (draft: Draft) => void;

const KINDS: Readonly<Record<MountKind, Effect>> = {
  bind: ({ options }) => void (options.bind = true),
  rbind: ({ options }) => void (options.bind = options.recursive = true),
  remount: ({ options }) => void (options.remount = true),
  tmpcopyup: ({ options }) => void (options.copyUp = true),
  idmap: ({ options }) => void (options.idmap = 'mount'),
  ridmap: ({ options }) => void (options.idmap = 'tree'),
};

const LINKS: Readonly<Record<LinkWord, Effect>> = {
  'copy-symlink': ({ options }) => void (options.sourceLink = 'copy'),
  'src-nofollow': ({ options }) => void (options.sourceLink = 'mount'),
  'dest-nofollow': ({ options }) => void (options.coverLink = true),
};

/** What each word does that is not the file system's own. */
const EFFECTS: ReadonlyMap<string, Effect> = new Map([
  ...Object.entries(KINDS),
  ...Object.entries(LINKS),
  ...MOUNT_PROPAGATIONS.flatMap(propagationEffects),
  ...Object.entries(MOUNT_FLAGS).flatMap(([word, { attribute, on }]) => {
    const bit = bitOf(attribute);
    return both(word, (flags) => (on ? change(flags, bit, 0) : change(flags, 0, bit)));
  }),
  ...Object.entries(ACCESS_TIMES).flatMap(([word, way]) => both(word, (flags) => changeTimes(flags, way))),
  ...Object.entries(SUPERBLOCK_FLAGS).map(superblockEffect),
  ...['', ...WITHOUT_EFFECT].map((word): [string, Effect] => [word, () => undefined]),
]);

function propagationEffects(propagation: (typeof MOUNT_PROPAGATIONS)[number]): [string, Effect][] {
  const effect =
    (recursive: boolean): Effect =>
    ({ options }) => {
      options.propagation = propagation;
      options.propagationRecursive = recursive;
    };
  return [
    [propagation, effect(false)],
    [`r${propagation}`, effect(true)],
  ];
}

/** A word about the mount itself, which counts for those below it too with `r` before it. */
function both(word: string, effect: (flags: Flags) => void): [string, Effect][] {
  return [
    [word, ({ own }) => effect(own)],
    [`r${word}`, ({ below }) => effect(below)],
  ];
}

function change(flags: Flags, set: number, clear: number): void {
  flags.set = (flags.set & ~clear) | set;
  flags.clear = (flags.clear & ~set) | clear;
}

const TIMES = bitOf('noatime') | bitOf('strictatime');

/** mount_setattr(2): a way of keeping access times is only taken together with its whole mask in attr_clr. */
function changeTimes(flags: Flags, way: (typeof ACCESS_TIMES)[keyof typeof ACCESS_TIMES]): void {
  flags.set = (flags.set & ~TIMES) | (way === 'relatime' ? 0 : bitOf(way));
  flags.clear |= bitOf('atime');
}

function superblockEffect([word, { flag, on }]: [string, { flag: string; on: boolean }]): [string, Effect] {
  return [
    word,
    (draft) => {
      const others = draft.superblock.filter((other) => other.flag !== flag);
      draft.superblock = [...others, { flag, on, word }];
    },
  ];
}

/** Later words override earlier ones; words that are in no table are the file system's. */
export function parseMountOptions(words: readonly string[]): MountOptions {
  const draft = newDraft();
  words.forEach((word, at) => takeWord(draft, word, at));
  return finished(draft);
}

const NOTHING: readonly never[] = [];

function newDraft(): Draft {
  const data: Draft['data'] = [];
  const options: Draft['options'] = {
    bind: false,
    recursive: false,
    remount: false,
    copyUp: false,
    idmap: 'none',
    mappings: undefined,
    sourceLink: 'follow',
    coverLink: false,
    set: NOTHING,
    clear: NOTHING,
    recursiveSet: NOTHING,
    recursiveClear: NOTHING,
    propagation: 'unchanged',
    propagationRecursive: false,
    superblock: NOTHING,
    superblockOff: NOTHING,
    data,
  };
  return { options, own: { set: 0, clear: 0 }, below: { set: 0, clear: 0 }, superblock: NOTHING, data };
}

function finished({ options, own, below, superblock }: Draft): MountOptions {
  options.set = attributesIn(own.set);
  options.clear = attributesIn(own.clear);
  options.recursiveSet = attributesIn(below.set);
  options.recursiveClear = attributesIn(below.clear);
  if (superblock.length === 0) return options;
  options.superblock = superblock.filter(({ on }) => on).map(({ flag }) => flag);
  options.superblockOff = superblock.filter(({ on }) => !on).map(({ word }) => word);
  return options;
}

function attributesIn(bits: number): readonly Attribute[] {
  return bits === 0 ? NOTHING : ORDER.filter((_, place) => (bits & (1 << place)) !== 0);
}

function takeWord(draft: Draft, word: string, at: number): void {
  const effect = EFFECTS.get(word);
  if (effect !== undefined) effect(draft);
  else if (!isIdmapOption(word) || !takeMappings(draft, word)) takeData(draft.data, word, at);
}

function takeMappings(draft: Draft, word: string): boolean {
  const mappings = parseIdmapOption(word);
  if (mappings === undefined) return false;
  draft.options.idmap = mappings.recursive ? 'tree' : 'mount';
  draft.options.mappings = mappings;
  return true;
}

/**
 * mount(2) would split at commas, but for quoted ones (SELinux contexts have them) and escaped ones (overlayfs);
 * fsconfig(2) takes one value as it is, so the quotes go.
 */
function takeData(data: Draft['data'], word: string, at: number): void {
  if (!word.includes(',') && !word.includes('"')) {
    data.push({ text: word, at });
    return;
  }
  const parts = word.match(/(?:"[^"]*"|\\.|[^,"\\]|["\\])+/gs) ?? [];
  for (const part of parts) data.push({ text: part.replace(/^(\w*context)="(.*)"$/s, '$1=$2'), at });
}
