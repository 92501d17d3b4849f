/** What an archive's entry is. */
export type EntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'character' | 'block' | 'fifo';

/** Before 1970 where `seconds` is negative; `nanoseconds` is never. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A part of a sparse file that has content, bytes. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/**
 * An entry as an archive has it (pax(1), GNU tar's manual, "Basic Tar Format"), judged by nobody yet. Names are bytes: a string of
 * them has one character a byte (latin1), since archives know no encoding.
 */
export interface TarEntry {
  readonly type: EntryType;
  readonly name: string;
  /** Of links; empty for others. */
  readonly target: string;
  /** Permission bits with those of setuid, setgid and sticky. */
  readonly mode: number;
  /** Below 2^32 - 1, which chown(2) takes for "as it is". */
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  /** Bytes of the file that the entry makes; 0 for all but files. */
  readonly size: number;
  /** Where the content lies in a sparse file, in order; undefined for one that has all its bytes in the archive. */
  readonly extents?: readonly Extent[];
  /** Numbers of a device, such as Linux can have. */
  readonly device: { readonly major: number; readonly minor: number };
  /** Of pax records SCHILY.xattr.*; names and values are bytes. */
  readonly xattrs: ReadonlyMap<string, string>;
}

export const NO_DEVICE: TarEntry['device'] = { major: 0, minor: 0 };

/** An empty file of root's, of no time: what an entry is where nothing else is said of it. */
export const PLAIN: Omit<TarEntry, 'name'> = {
  type: 'file',
  target: '',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: { seconds: 0, nanoseconds: 0 },
  size: 0,
  device: NO_DEVICE,
  xattrs: new Map(),
};

/** What a reader of an archive tells, in the archive's order. */
export interface TarSink {
  entry(entry: TarEntry): void;
  /** More of the content of the last entry, a view of what was pushed. Holes of sparse files are left out. */
  content(bytes: Uint8Array): void;
}
