import type { IdMapping } from '../../spec/types.ts';
import type { TreeEntry } from '../native.ts';

/** Of the container's user namespace; without any, ids are those of the host. */
export interface Owners {
  readonly uid: readonly IdMapping[];
  readonly gid: readonly IdMapping[];
}

/** What a namespace shows for an id that it does not have (user_namespaces(7)). */
const OVERFLOW_ID = 65_534;

/** The id that the container knows an id of the host by. */
function insideId(mappings: readonly IdMapping[], id: number): number {
  if (mappings.length === 0) return id;
  const range = mappings.find(({ hostID, size }) => hostID <= id && id < hostID + size);
  return range === undefined ? OVERFLOW_ID : range.containerID + id - range.hostID;
}

/** An entry of an upper layer, which has the host's ids, as the container sees it. */
export function asInside({ uid, gid }: Owners, entry: TreeEntry): TreeEntry {
  if (uid.length === 0 && gid.length === 0) return entry;
  const xattrs = [...entry.xattrs].flatMap(([name, value]): [string, string][] => {
    const inside = REWRITTEN[name]?.({ uid, gid }, value) ?? value;
    return inside === '' && value !== '' ? [] : [[name, inside]];
  });
  return { ...entry, uid: insideId(uid, entry.uid), gid: insideId(gid, entry.gid), xattrs: new Map(xattrs) };
}

/** Attributes that have ids in them; an empty text for one that means nothing to the container. */
const REWRITTEN: Readonly<Record<string, (owners: Owners, value: string) => string>> = {
  'security.capability': capabilityInside,
  'system.posix_acl_access': aclInside,
  'system.posix_acl_default': aclInside,
};

/** `struct vfs_ns_cap_data`, which ends in the id of who is root there. */
const V3 = { revision: 3, size: 24, root: 20 } as const;
const V2_REVISION = 2;
const REVISION_BYTE = 3;

/** A file's capabilities that count in the container alone are those of its root there. */
function capabilityInside({ uid }: Owners, value: string): string {
  if (value.length !== V3.size || value.charCodeAt(REVISION_BYTE) !== V3.revision) return value;
  if (insideId(uid, numberAt(value, V3.root)) !== 0) return '';
  return (
    value.slice(0, REVISION_BYTE) + String.fromCharCode(V2_REVISION) + value.slice(REVISION_BYTE + 1, V3.root)
  );
}

/** `struct posix_acl_xattr_header` and `_entry` of linux/posix_acl_xattr.h. */
const ACL = { header: 4, entry: 8, id: 4, user: 0x02, group: 0x08 } as const;

function aclInside({ uid, gid }: Owners, value: string): string {
  let text = value.slice(0, ACL.header);
  for (let at = ACL.header; at < value.length; at += ACL.entry) {
    const tag = value.charCodeAt(at);
    const mappings = { [ACL.user]: uid, [ACL.group]: gid }[tag];
    const id = value.slice(at + ACL.id, at + ACL.entry);
    text += value.slice(at, at + ACL.id);
    text += mappings === undefined ? id : bytesOf(insideId(mappings, numberAt(value, at + ACL.id)));
  }
  return text;
}

/** Little-endian, as these attributes are on every machine. */
const numberAt = (bytes: string, at: number): number =>
  [3, 2, 1, 0].reduce((number, index) => number * 256 + bytes.charCodeAt(at + index), 0);

const bytesOf = (number: number): string =>
  [0, 8, 16, 24].map((shift) => String.fromCharCode((number >>> shift) & 0xff)).join('');
