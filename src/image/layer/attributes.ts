import type { EntryType, TarEntry, Timestamp } from '../tar/entry.ts';
import { quoted } from '../tar/quoted.ts';
import { damaged } from '../tar/refusal.ts';
import type { Attributes } from './actions.ts';

/** Permission bits with those of setuid, setgid and sticky. */
const MODE_BITS = 0o7777;
/** Seconds that 2^63 nanoseconds have: Go's time ends there. */
const LAST_SECOND = 9_223_372_036;
const EPOCH: Timestamp = { seconds: 0, nanoseconds: 0 };
/** XATTR_NAME_MAX and XATTR_SIZE_MAX of linux/limits.h. */
const LONGEST_XATTR_NAME = 255;
const LARGEST_XATTR = 65_536;

/** Is told what is left out of an entry, by its kind, and why. */
export type Dropped = (kind: string, why: string) => void;

/** What an entry sets on what it makes. */
export function attributesOf(entry: TarEntry, dropped: Dropped): Attributes {
  return {
    mode: entry.mode & MODE_BITS,
    uid: entry.uid,
    gid: entry.gid,
    mtime: boundTime(entry.mtime),
    xattrs: entry.xattrs.size === 0 ? entry.xattrs : keptXattrs(entry, dropped),
  };
}

/** As containerd and podman have it: times that Go cannot express are 1970. */
const boundTime = (time: Timestamp): Timestamp =>
  time.seconds < 0 || time.seconds >= LAST_SECOND ? EPOCH : time;

interface XattrRule {
  /** All that begins so where it ends with a point. */
  readonly name: string;
  readonly why: string;
}

/** Attributes that mean something to the host, which an image may not say. */
const DROPPED_XATTRS: readonly XattrRule[] = [
  { name: 'trusted.', why: "these are the host's, overlayfs keeps its own there" },
  { name: 'user.overlay.', why: 'overlayfs keeps its own there' },
  { name: 'security.selinux', why: "labels are the host's" },
  { name: 'security.nfs4_acl', why: 'they are of one server' },
  { name: 'system.nfs4_acl', why: 'they are of one server' },
];

const matches = (rule: XattrRule, name: string): boolean =>
  rule.name.endsWith('.') ? name.startsWith(rule.name) : name === rule.name;

/** xattr(7): the kernel has attributes of users on regular files and directories alone. */
const hasUserXattrs = (type: EntryType): boolean =>
  type === 'file' || type === 'directory' || type === 'hardlink';

function keptXattrs(entry: TarEntry, dropped: Dropped): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  for (const [name, value] of entry.xattrs) {
    checkXattr(name, value);
    const rule = ruleFor(entry.type, name);
    if (rule === undefined) kept.set(name, value);
    else dropped(rule.name.endsWith('.') ? `${rule.name}*` : rule.name, rule.why);
  }
  return kept;
}

/** Whether a layer may set an attribute on what it makes. */
export const keepsXattr = (type: EntryType, name: string): boolean => ruleFor(type, name) === undefined;

function ruleFor(type: EntryType, name: string): XattrRule | undefined {
  const rule = DROPPED_XATTRS.find((each) => matches(each, name));
  if (rule !== undefined || !name.startsWith('user.') || hasUserXattrs(type)) return rule;
  return { name: 'user.', why: 'only files and directories have them' };
}

function checkXattr(name: string, value: string): void {
  const isName = name !== '' && name.length <= LONGEST_XATTR_NAME && !name.includes('\0');
  if (!isName) throw damaged(`${quoted(name)} cannot be the name of an extended attribute`);
  if (value.length > LARGEST_XATTR) {
    throw damaged(`the extended attribute ${quoted(name)} has more than ${LARGEST_XATTR} bytes`);
  }
}

/** 0:0 is how overlayfs says that a file is not there. */
export function checkDevice({ device: { major, minor } }: TarEntry): void {
  if (major === 0 && minor === 0) throw damaged('device 0:0 would be a whiteout of overlayfs');
}
