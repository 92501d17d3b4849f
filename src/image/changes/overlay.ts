/** How overlayfs writes down in an upper layer what is not in lower ones any more (Documentation/filesystems/overlayfs.rst). */
import type { TreeEntry } from '../native.ts';

export const isWhiteout = ({ type, device }: TreeEntry): boolean =>
  type === 'character' && device.major === 0 && device.minor === 0;

const OPAQUE = ['trusted.overlay.opaque', 'user.overlay.opaque'] as const;

/** True for a directory that hides those of lower layers; the value x has another meaning. */
export const isOpaque = ({ xattrs }: TreeEntry): boolean => OPAQUE.some((name) => xattrs.get(name) === 'y');

/** Also one that a container gave, which overlayfs has then escaped. */
export const isOverlays = (name: string): boolean =>
  name.startsWith('trusted.overlay.') || name.startsWith('user.overlay.');

const ELSEWHERE = ['redirect', 'metacopy'];

/** What of the entry lies in another place, by the name of the attribute: such layers are made with options that runts never gives. */
export function elsewhere({ xattrs }: TreeEntry): string | undefined {
  const names = ELSEWHERE.flatMap((what) => [`trusted.overlay.${what}`, `user.overlay.${what}`]);
  return names.find((name) => xattrs.has(name));
}
