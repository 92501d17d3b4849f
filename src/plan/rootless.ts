import type { IdMapping, Spec } from '../spec/types.ts';
import type { Facts, IdRange, IdTool, Rootless } from './facts.ts';
import { joinedPath, makes } from './namespaces.ts';
import type { Namespaces } from './namespaces.ts';
import { invalid, unsupported } from './refuse.ts';

/**
 * A runtime without the rights of the machine's root: what it may not do is refused in words before anything is made,
 * with the property that asks for it.
 */

type Kind = 'uid' | 'gid';

const POINTER = { uid: '/linux/uidMappings', gid: '/linux/gidMappings' } as const;
const TOOL = { uid: 'newuidmap', gid: 'newgidmap' } as const;
const FILE = { uid: '/etc/subuid', gid: '/etc/subgid' } as const;

/** True for a runtime that is not even root of a user namespace. */
export function isUser({ rootless }: Pick<Facts, 'rootless'>): boolean {
  return rootless?.kind === 'user';
}

/** Who the runtime runs as, for messages. */
export function callerName({ rootless, uid }: Facts): string {
  return rootless?.kind === 'namespace' ? 'root of this user namespace' : `uid ${uid}`;
}

/** Throws where the kernel would make no user namespace. */
export function checkUserNamespace(namespaces: Namespaces, facts: Facts): void {
  const { rootless } = facts;
  if (rootless?.forbiddenBy === undefined || !makes(namespaces, 'user')) return;
  const [name = ''] = rootless.forbiddenBy.split(' ');
  const why = `this kernel makes no user namespaces for ${callerName(facts)}: ${rootless.forbiddenBy}`;
  throw unsupported(namespaces.because.user ?? '/linux/namespaces', why, remedy(name));
}

function remedy(parameter: string): string {
  const value = parameter === 'user.max_user_namespaces' ? '15000' : '1';
  return `have the machine's administrator set it: sysctl -w ${parameter}=${value}`;
}

/**
 * The program that writes a map; empty where the runtime does. user_namespaces(7): who lacks CAP_SETUID maps his own
 * id alone, and other ids are mapped by newuidmap(1) as far as subuid(5) gives them to him. Throws where that would fail.
 */
export function idMapWriter(kind: Kind, spec: Spec, facts: Facts): string {
  const mappings = mappingsOf(kind, spec);
  const { rootless } = facts;
  if (rootless === undefined) return '';
  if (facts.grantable.includes(kind === 'uid' ? 'CAP_SETUID' : 'CAP_SETGID')) {
    requireKnown(kind, mappings, rootless);
    return '';
  }
  const own = kind === 'uid' ? facts.uid : rootless.gid;
  if (isOwnAlone(mappings, own)) return '';
  return requireTool(kind, mappings, { own, tool: rootless.tools[kind] });
}

function mappingsOf(kind: Kind, { linux }: Spec): readonly IdMapping[] {
  return (kind === 'uid' ? linux?.uidMappings : linux?.gidMappings) ?? [];
}

function isOwnAlone(mappings: readonly IdMapping[], own: number): boolean {
  const [only, ...more] = mappings;
  return only !== undefined && more.length === 0 && only.size === 1 && only.hostID === own;
}

/** Ids of the host are named as the runtime's own user namespace names them. */
function requireKnown(kind: Kind, mappings: readonly IdMapping[], { mappings: own }: Rootless): void {
  const known = own[kind].map(({ containerID, size }) => ({ start: containerID, count: size }));
  const at = mappings.findIndex(({ hostID, size }) => !isCovered({ start: hostID, count: size }, known));
  const mapping = mappings[at];
  if (mapping === undefined) return;
  throw invalid(
    `${POINTER[kind]}/${at}/hostID`,
    `${rangeText({ start: mapping.hostID, count: mapping.size })} are not all known in the user namespace that runts runs in`,
    `it has the ${kind}s ${known.map(rangeText).join(', ')}`,
  );
}

function requireTool(
  kind: Kind,
  mappings: readonly IdMapping[],
  { own, tool }: { own: number; tool: IdTool },
): string {
  const { path, userName, ranges } = tool;
  if (path === undefined) {
    throw unsupported(
      POINTER[kind],
      `an ordinary user can map ${kind} ${own} alone, and ${TOOL[kind]} is not installed`,
      `install it (Debian: the package uidmap), or leave only {"containerID": 0, "hostID": ${own}, "size": 1}`,
    );
  }
  const at = mappings.findIndex((mapping) => !mayMap(mapping, own, ranges));
  const mapping = mappings[at];
  if (mapping === undefined) return path;
  const user = userName ?? String(own);
  const range = { start: mapping.hostID, count: mapping.size };
  throw unsupported(
    `${POINTER[kind]}/${at}`,
    `${rangeText(range)} of the host are not given to ${user} by ${FILE[kind]} (${rangesText(ranges ?? [])})`,
    `map within it, or have root add ${user}:${mapping.hostID}:${mapping.size} to ${FILE[kind]}`,
  );
}

/** The rules of newuidmap: the caller's own id, or ids of his ranges. */
function mayMap({ hostID, size }: IdMapping, own: number, ranges: readonly IdRange[] | undefined): boolean {
  if (ranges === undefined || (size === 1 && hostID === own)) return true;
  return isCovered({ start: hostID, count: size }, ranges);
}

/** True where ranges that may follow one another hold all ids of another one. */
function isCovered({ start, count }: IdRange, ranges: readonly IdRange[]): boolean {
  const end = start + count;
  let at = start;
  while (at < end) {
    const next = ranges.find((range) => range.start <= at && at < range.start + range.count);
    if (next === undefined) return false;
    at = next.start + next.count;
  }
  return true;
}

function rangeText({ start, count }: IdRange): string {
  return count === 1 ? `${start}` : `${start}-${start + count - 1}`;
}

function rangesText(ranges: readonly IdRange[]): string {
  return ranges.length === 0 ? 'which names none' : `which gives ${ranges.map(rangeText).join(', ')}`;
}

/**
 * True where nobody in the container's user namespace may set groups: it is given up where an ordinary user writes
 * the gid_map himself, and what is denied above stays denied below (user_namespaces(7)).
 */
export function losesGroups(namespaces: Namespaces, spec: Spec, facts: Facts): boolean {
  if (facts.rootless?.deniesGroups === true) return true;
  if (joinedPath(namespaces, 'user') !== undefined) return facts.joinedDeniesGroups ?? isUser(facts);
  return makes(namespaces, 'user') && writesGroupsUnprivileged(spec, facts);
}

function writesGroupsUnprivileged(spec: Spec, facts: Facts): boolean {
  if (!isUser(facts) || facts.grantable.includes('CAP_SETGID')) return false;
  return isOwnAlone(mappingsOf('gid', spec), facts.rootless?.gid ?? 0);
}
