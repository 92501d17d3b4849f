import { addon } from '../host/node-addon.ts';
import type { Timestamp } from './tar/entry.ts';
import type { BlobPlace, Compression } from './types.ts';

/** The addon has more than its interface in host/ says, which knows nothing of images. */
export const layerFunctions = (): LayerFunctions => addon() as unknown as LayerFunctions;
export const treeFunctions = (): TreeFunctions => addon() as unknown as TreeFunctions;

/**
 * What native/layer does for images, in Node. All of it happens on threads of the core; descriptors and paths belong to the caller.
 * Each function throws, or rejects with, an Error of the addon: `code` is the errno's name.
 */
export interface LayerFunctions {
  /**
   * Reads a blob, unpacks it and computes the digests of both sides, on a thread of its own. `copy` gets the blob's own bytes, at its
   * offset 0. What is hashed is what was unpacked and copied, though the source may change meanwhile.
   */
  openBlob(place: BlobPlace & { readonly compression: Compression; readonly copy?: number }): BlobReader;
  /**
   * Fills `buffer` as far as there are bytes and gives their number; 0 is the end, after which the blob's last byte was read, also what
   * follows the archive. Calls are answered in their order, and work goes ahead as far as there are buffers. EBADMSG: the packed data
   * are damaged or end too early; `detail` says at which byte.
   */
  readBlob(reader: BlobReader, buffer: Uint8Array): Promise<number>;
  /** Bytes of the blob that were read so far. */
  blobPosition(reader: BlobReader): number;
  /** After the end: hexadecimal SHA-256 of the blob and of what was packed in it. */
  blobDigests(reader: BlobReader): { readonly blob: string; readonly content: string };
  /** What is open fails with ECANCELED; no buffer and no descriptor is used any more. */
  closeBlob(reader: BlobReader): void;

  /**
   * `directory` is empty, `lower` are the directories of the layers below, the topmost first. `copies`: bytes that actions may copy of
   * files there in all, beyond which they fail with EFBIG; any number without it.
   */
  openLayer(directory: string, lower: readonly string[], copies?: number): LayerWriter;
  /**
   * Applies actions as src/image/layer/encode.ts writes them; content that they refer to lies in `chunks`, which stay as they are until
   * then. Calls are done in their order, also where the one before has not ended; after one that has failed the next fail with ECANCELED.
   * The rejection is an {@link ActionError}.
   */
  applyActions(writer: LayerWriter, actions: Uint8Array, chunks: readonly Uint8Array[]): Promise<void>;
  /**
   * Gives directories their attributes; until then they are the caller's alone. The top, where no action has described it, gets those
   * of the layer below. Nothing is synced. Extended attributes that the file system does not take are left out, and told here.
   */
  finishLayer(writer: LayerWriter): Promise<LostXattrs | undefined>;
  closeLayer(writer: LayerWriter): void;
  /** syncfs(2) of the file system that the directory lies on. */
  syncFileSystem(directory: string): Promise<void>;
}

/**
 * The tree of an image as a container sees it, mounted nowhere; rejected as {@link LayerFunctions}. Paths count from its root, and links in
 * them lead nowhere else. A view is a descriptor, which closeDescriptor closes: then nothing of it is left.
 */
export interface ViewFunctions {
  /** `plan` is the text of a plan with one step `overlay`; with upper and work what is made lies in the upper layer. */
  openView(plan: string): Promise<number>;
  /** A regular file as UTF-8. EINVAL, ENXIO, EACCES: it is no file; EFBIG: it has more than `limit` bytes. */
  readInView(view: number, path: string, limit: number): Promise<string>;
  /** With what is missing above it, of root, 0755. EEXIST: a symbolic link on the way leads to nothing. */
  makeDirectoryInView(view: number, path: string): Promise<void>;
  /** A file of root, 0644, in a directory that is made where it is missing; replaces what is no directory. */
  writeInView(view: number, path: string, text: string): Promise<void>;
}

/** Why a batch was not applied. */
export interface ActionError extends Error {
  /** Name of the errno. */
  readonly code: string;
  /** The call with its arguments, or words. */
  readonly call: string;
  /** Index in the batch, content not counted; -1: the file of an earlier batch. */
  readonly action: number;
  readonly path: string;
}

/** `path` and `name` are those of the first. */
export interface LostXattrs {
  readonly count: number;
  readonly path: string;
  readonly name: string;
}

declare const blobReader: unique symbol;
declare const layerWriter: unique symbol;
/** Of the machine. */
export interface BlobReader {
  readonly [blobReader]: true;
}
export interface LayerWriter {
  readonly [layerWriter]: true;
}

/**
 * Trees that programs may be changing meanwhile, such as a container's upper layer: nothing outside of a tree is reached or opened, whatever
 * they do, no symbolic link is followed, and no device, fifo or socket is opened. Names and paths are of bytes (latin1); a path is relative,
 * '' the top.
 */
export interface TreeFunctions {
  openTree(directory: string): Tree;
  closeTree(tree: Tree): void;
  /** Undefined where there is nothing, or something on the way is no directory. */
  entryAt(tree: Tree, path: string): Promise<TreeEntry | undefined>;
  /** What lies in a directory, by the order of the names' bytes; what went away meanwhile is left out, and of a directory that did all is. */
  entriesOf(tree: Tree, path: string): Promise<readonly TreeEntry[]>;
  /**
   * A descriptor to read the regular file that `entry` is of; `closeDescriptor` closes it, and nothing else. ESTALE: there is another now,
   * or none. The file may have less by now than the entry says, or more.
   */
  openFile(tree: Tree, path: string, entry: TreeEntry): Promise<number>;
  closeDescriptor(descriptor: number): void;
}

/** As statx(2), readlinkat(2) and listxattr(2) tell it, all of the same inode. */
export interface TreeEntry {
  /** The last component of its path. */
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'character' | 'block' | 'fifo' | 'socket';
  /** Permission bits with those of setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  /** Bytes; 0 for all but files. */
  readonly size: number;
  /** Of a symbolic link; empty for others. */
  readonly target: string;
  readonly device: { readonly major: number; readonly minor: number };
  /** Tells hard links: two entries of one tree are the same file where this is the same. */
  readonly inode: string;
  readonly links: number;
  /** All that the caller may see, in the order of their names; names and values are bytes. */
  readonly xattrs: ReadonlyMap<string, string>;
}

declare const tree: unique symbol;
/** Of the machine. */
export interface Tree {
  readonly [tree]: true;
}
