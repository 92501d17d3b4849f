import { FIELD, fieldOf, numberAt, positive, sizeOf, typeOf } from './block.ts';
import { NO_DEVICE } from './entry.ts';
import type { EntryType, TarEntry } from './entry.ts';
import { formOf, nameOf } from './form.ts';
import { damaged, unsupported } from './refusal.ts';

/** What Linux can say of a device (include/linux/kdev_t.h). */
const MAJOR_MAX = 0xfff;
const MINOR_MAX = 0xfffff;
/** chown(2) takes -1 for "as it is". */
const ID_END = 0xffff_ffff;

/** `id` as an owner: none that chown(2) takes for none. */
function checkId(id: number, what: string): number {
  if (id >= ID_END) throw damaged(`${what} ${id} is none that Linux has`);
  return id;
}

/** The oldest form has no numbers of devices. */
function deviceOf(bytes: Uint8Array, at: number): TarEntry['device'] {
  if (formOf(bytes, at) === 'v7') return NO_DEVICE;
  const major = positive(bytes, at, 'major');
  const minor = positive(bytes, at, 'minor');
  if (major > MAJOR_MAX || minor > MINOR_MAX)
    throw damaged(`device ${major}:${minor} is none that Linux has`);
  return { major, minor };
}

/** Types by their byte, as pax(1) and GNU tar have them; a contiguous file is a file, and so is an old sparse one. */
function entryType(code: string, name: string): EntryType {
  switch (code) {
    case '\0':
      // Before there was a type, a directory was known by its slash.
      return name.endsWith('/') ? 'directory' : 'file';
    case '0':
    case '7':
    case 'S':
      return 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '3':
      return 'character';
    case '4':
      return 'block';
    case '5':
      return 'directory';
    case '6':
      return 'fifo';
    default:
      throw unsupported(`type ${JSON.stringify(code)} is none that a layer may have`);
  }
}

/** What extended headers say of an entry in place of its own header. */
export interface Overrides {
  readonly name?: string | undefined;
  readonly target?: string | undefined;
  readonly size?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly mtime?: TarEntry['mtime'] | undefined;
  readonly xattrs?: TarEntry['xattrs'] | undefined;
}

const NO_XATTRS: TarEntry['xattrs'] = new Map();

const isLink = (type: EntryType): boolean => type === 'symlink' || type === 'hardlink';
const isDevice = (type: EntryType): boolean => type === 'character' || type === 'block';

/** `size` is what the archive has of the entry. */
export function readEntry(bytes: Uint8Array, at: number, over: Overrides): TarEntry {
  const name = over.name ?? nameOf(bytes, at);
  const type = entryType(String.fromCharCode(typeOf(bytes, at)), name);
  const size = sizeOf(bytes, at);
  return {
    type,
    name,
    target: isLink(type) ? (over.target ?? fieldOf(bytes, at, 'target')) : '',
    mode: positive(bytes, at, 'mode') & 0o7777,
    uid: checkId(over.uid ?? positive(bytes, at, 'uid'), 'uid'),
    gid: checkId(over.gid ?? positive(bytes, at, 'gid'), 'gid'),
    mtime: over.mtime ?? { seconds: numberAt(bytes, at, FIELD.mtime, 'mtime'), nanoseconds: 0 },
    // Links and directories may have one and still no content (archive/tar of Go, isHeaderOnly).
    size: type === 'file' ? (over.size ?? size) : 0,
    device: isDevice(type) ? deviceOf(bytes, at) : NO_DEVICE,
    xattrs: over.xattrs ?? NO_XATTRS,
  };
}
