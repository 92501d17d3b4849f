import { defaultSpec } from '../spec/default.ts';
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

/** A set of attributes: a bit each, by their place in {@link ORDER}. */
type Bits = number;

const bitOf = (attribute: Attribute): Bits => 1 << ORDER.indexOf(attribute);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Options in the making: what words have said that is put together at the end. */
interface Draft {
  readonly options: Writable<MountOptions>;
  set: Bits;
  clear: Bits;
  /** Of the mounts below too. */
  recursiveSet: Bits;
  recursiveClear: Bits;
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

/** What a word about attributes changes: what stays of either set, and what comes to it. */
interface Change {
  /** True for the mounts below too: the word with `r` before it. */
  readonly recursive: boolean;
  readonly keepSet: Bits;
  readonly set: Bits;
  readonly keepClear: Bits;
  readonly clear: Bits;
}

const TIMES = bitOf('noatime') | bitOf('strictatime');
const ALL: Bits = ~0;

const CHANGES: ReadonlyMap<string, Change> = new Map(
  [...Object.entries(MOUNT_FLAGS).map(flagChange), ...Object.entries(ACCESS_TIMES).map(timesChange)].flatMap(
    ([word, change]): [string, Change][] => [
      [word, { ...change, recursive: false }],
      [`r${word}`, { ...change, recursive: true }],
    ],
  ),
);

type AnyChange = Omit<Change, 'recursive'>;

function flagChange([word, { attribute, on }]: [string, { attribute: Attribute; on: boolean }]): [
  string,
  AnyChange,
] {
  const bit = bitOf(attribute);
  const set = on ? bit : 0;
  const clear = on ? 0 : bit;
  return [word, { keepSet: ~clear, set, keepClear: ~set, clear }];
}

/** mount_setattr(2): a way of keeping access times is only taken together with its whole mask in attr_clr. */
function timesChange([word, way]: [string, (typeof ACCESS_TIMES)[keyof typeof ACCESS_TIMES]]): [
  string,
  AnyChange,
] {
  const set = way === 'relatime' ? 0 : bitOf(way);
  return [word, { keepSet: ~TIMES, set, keepClear: ALL, clear: bitOf('atime') }];
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

const NOTHING: readonly never[] = [];

/** Later words override earlier ones; words that are in no table are the file system's. */
export function parseMountOptions(words: readonly string[]): MountOptions {
  return USUAL.get(keyOf(words)) ?? parse(words);
}

/** No word has a NUL in it; no words and one that is empty have the same key, which no usual ones have. */
function keyOf(words: readonly string[]): string {
  return words.join('\0');
}

function parse(words: readonly string[]): MountOptions {
  const draft = newDraft();
  let at = 0;
  for (const word of words) {
    const change = CHANGES.get(word);
    if (change === undefined) takeWord(draft, word, at);
    else takeChange(draft, change);
    at++;
  }
  return finished(draft);
}

/** Docker's /dev/shm and /sys/fs/cgroup. */
const OF_DOCKER: readonly (readonly string[])[] = [
  ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=67108864'],
  ['ro', 'nosuid', 'noexec', 'nodev'],
];

/** The options of the mounts that nearly every container has: parsed beforehand. */
const USUAL: ReadonlyMap<string, MountOptions> = new Map(
  [...(defaultSpec().mounts ?? []).map(({ options = [] }) => options), ...OF_DOCKER]
    .filter((words) => words.length > 0)
    .map((words) => [keyOf(words), parse(words)]),
);

/** True for a bind mount, before its options are parsed. */
export function isBind(words: readonly string[] = []): boolean {
  return words.includes('bind') || words.includes('rbind');
}

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
  return { options, set: 0, clear: 0, recursiveSet: 0, recursiveClear: 0, superblock: NOTHING, data };
}

function finished(draft: Draft): MountOptions {
  const { options, superblock } = draft;
  if (draft.set !== 0) options.set = attributesIn(draft.set);
  if (draft.clear !== 0) options.clear = attributesIn(draft.clear);
  if (draft.recursiveSet !== 0) options.recursiveSet = attributesIn(draft.recursiveSet);
  if (draft.recursiveClear !== 0) options.recursiveClear = attributesIn(draft.recursiveClear);
  if (superblock.length === 0) return options;
  options.superblock = superblock.filter(({ on }) => on).map(({ flag }) => flag);
  options.superblockOff = superblock.filter(({ on }) => !on).map(({ word }) => word);
  return options;
}

function attributesIn(bits: Bits): Attribute[] {
  const found: Attribute[] = [];
  for (let left = bits, place = 0; left !== 0; left >>>= 1, place++) {
    if ((left & 1) !== 0) found.push(ORDER[place] as Attribute);
  }
  return found;
}

function takeChange(draft: Draft, { recursive, keepSet, set, keepClear, clear }: Change): void {
  if (recursive) {
    draft.recursiveSet = (draft.recursiveSet & keepSet) | set;
    draft.recursiveClear = (draft.recursiveClear & keepClear) | clear;
  } else {
    draft.set = (draft.set & keepSet) | set;
    draft.clear = (draft.clear & keepClear) | clear;
  }
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
