import type { TreeEntry } from '../native.ts';
import type { Timestamp } from '../tar/entry.ts';
import { isOverlays } from './overlay.ts';

/** Whether all but names and contents are the same. */
export function haveSameAttributes(one: TreeEntry, other: TreeEntry): boolean {
  return isSameButForTime(one, other) && isSameTime(one.mtime, other.mtime);
}

export function isSameButForTime(one: TreeEntry, other: TreeEntry): boolean {
  return (
    SAME.every((key) => one[key] === other[key]) &&
    one.device.major === other.device.major &&
    one.device.minor === other.device.minor &&
    xattrsOf(one) === xattrsOf(other)
  );
}

const SAME = ['type', 'mode', 'uid', 'gid', 'size', 'target'] as const;

const isSameTime = (one: Timestamp, other: Timestamp): boolean =>
  one.seconds === other.seconds && one.nanoseconds === other.nanoseconds;

/** Without those of overlayfs, which tell of the layer and not of the file. */
function xattrsOf({ xattrs }: TreeEntry): string {
  return JSON.stringify([...xattrs].filter(([name]) => !isOverlays(name)));
}
