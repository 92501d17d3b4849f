import type { Extent, Timestamp } from '../tar/entry.ts';

/** What an entry sets beside its content. Names and values of `xattrs` are bytes (latin1). */
export interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  readonly xattrs: ReadonlyMap<string, string>;
}

/**
 * What is done in a layer's directory, one after the other, by native/layer. A `path` is relative, of bytes (latin1), without
 * empty components, `.`, `..` and symbolic links on its way: these were resolved before, in the layer alone. '' is the layer's root.
 * The parent exists. Whatever lies at the path and is not a directory twice is replaced, with all that is below it.
 */
export type Action =
  | { readonly kind: 'directory'; readonly path: string; readonly attributes: Attributes }
  /**
   * A directory that no entry names: as that of the topmost lower layer which has one there, else root's, 0755. The layer's root is
   * there already and only gets these attributes.
   */
  | { readonly kind: 'imply'; readonly path: string }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly attributes: Attributes;
      readonly size: number;
      readonly extents?: readonly Extent[];
    }
  | {
      readonly kind: 'symlink';
      readonly path: string;
      readonly target: string;
      readonly attributes: Attributes;
    }
  /**
   * Another name of `existing`, which is a path as `path` is and no directory. The attributes are set on the file that both name; its
   * owner only where it differs, since chown(2) takes capabilities away.
   */
  | {
      readonly kind: 'hardlink';
      readonly path: string;
      readonly existing: string;
      readonly attributes: Attributes;
    }
  /** A file of the topmost lower layer that has it, with its attributes: what a hard link wants that is not in this layer. */
  | { readonly kind: 'copy-up'; readonly path: string }
  | {
      readonly kind: 'device';
      readonly path: string;
      readonly type: 'character' | 'block';
      readonly major: number;
      readonly minor: number;
      readonly attributes: Attributes;
    }
  | { readonly kind: 'fifo'; readonly path: string; readonly attributes: Attributes }
  /** Overlayfs's own: a character device 0:0 (Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories"). */
  | { readonly kind: 'whiteout'; readonly path: string }
  /** The directory at the path hides those of lower layers, also after further actions on it; its other attributes stay. */
  | { readonly kind: 'opaque'; readonly path: string }
  | { readonly kind: 'remove'; readonly path: string };
