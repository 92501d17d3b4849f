import type { IdMapping } from './types.ts';

/** A range of ids as the option has it. */
export interface IdmapRange extends IdMapping {
  /** True: hostID counts inside the container's user namespace. */
  readonly relative: boolean;
}

/** Mappings in the option itself: crun's way of giving a mount its own, which podman hands on from `--volume`. */
export interface IdmapOption {
  /** `ridmap`: the mounts below too. */
  readonly recursive: boolean;
  readonly uids: readonly IdmapRange[];
  readonly gids: readonly IdmapRange[];
}

/** What the option looks like, for messages. */
export const IDMAP_EXAMPLE = 'idmap=uids=0-1000-10#10-2000-5;gids=0-1000-10';

export const isIdmapOption = (word: string): boolean =>
  word.startsWith('idmap=') || word.startsWith('ridmap=');

/** `idmap=uids=FROM-TO-SIZE[#FROM-TO-SIZE...];gids=...`, `@` before a range: relative; undefined for anything else. */
export function parseIdmapOption(word: string): IdmapOption | undefined {
  const [, recursive, uids = '', gids = ''] = /^(r?)idmap=uids=([^;]*);gids=([^;]*)$/.exec(word) ?? [];
  const ranges = { uids: parseRanges(uids), gids: parseRanges(gids) };
  if (ranges.uids === undefined || ranges.gids === undefined) return undefined;
  return { recursive: recursive === 'r', uids: ranges.uids, gids: ranges.gids };
}

function parseRanges(text: string): IdmapRange[] | undefined {
  const ranges = text.split('#').map(parseRange);
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

function parseRange(text: string): IdmapRange | undefined {
  const [, at, ...numbers] = /^(@?)(\d{1,10})-(\d{1,10})-(\d{1,10})$/.exec(text) ?? [];
  const [containerID = 0, hostID = 0, size = 0] = numbers.map(Number);
  const end = Math.max(containerID, hostID) + size;
  return at === undefined || size === 0 || end > MAX_IDS
    ? undefined
    : { relative: at === '@', containerID, hostID, size };
}

/** user_namespaces(7): the last 32-bit number is no id. */
const MAX_IDS = 2 ** 32 - 1;
