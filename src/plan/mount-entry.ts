import type { Mount } from '../spec/types.ts';
import type { Context } from './context.ts';
import { contextOption } from './labels.ts';
import type { Attribute, MountOptions } from './mount-options.ts';

/** Types whose superblock is the kernel's and may be in use by other containers, which a flag on it would change. */
const SHARED_SUPERBLOCK: ReadonlySet<string> = new Set([
  'proc',
  'sysfs',
  'cgroup',
  'cgroup2',
  'mqueue',
  'devpts',
  'tmpfs',
]);

/** A mount with everything that was found out of it. */
export interface Entry {
  readonly mount: Mount;
  readonly options: MountOptions;
  readonly target: string;
  readonly pointer: string;
  /** Slot of a mount that becomes read-only later; 0 for others. */
  readonly keep: number;
}

/** A new mount has nothing below it yet, so the recursive words mean the same; there is nothing to clear. */
export function attributesOf({ set, recursiveSet, recursiveClear }: MountOptions): readonly Attribute[] {
  if (recursiveSet.length + recursiveClear.length === 0) return set;
  const kept = set.filter((attribute) => {
    const cleared = recursiveClear.includes(isTime(attribute) ? 'atime' : attribute);
    return !cleared && !recursiveSet.includes(attribute);
  });
  return [...kept, ...recursiveSet];
}

export function isTime(attribute: Attribute): boolean {
  return attribute === 'noatime' || attribute === 'strictatime';
}

/** Everything that a new file system is configured with. */
export function fileSystemOptions(
  { mountLabel }: Pick<Context, 'mountLabel'>,
  { options }: Entry,
  type: string,
): string[] {
  const words = options.superblock.slice();
  if (isReadonlyFileSystem(options, type)) words.push('ro');
  for (const { text } of options.data) words.push(text);
  if (mountLabel === '') return words;
  const label = contextOption(mountLabel, type, words);
  return label === undefined ? words : [...words, label];
}

/** `ro` is the mount's own affair where others may use the superblock; a disk must not be written at all. */
function isReadonlyFileSystem(options: MountOptions, type: string): boolean {
  return !SHARED_SUPERBLOCK.has(type) && attributesOf(options).includes('rdonly');
}
