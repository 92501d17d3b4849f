import { latin1 } from '../views.ts';
import type { Timestamp } from './entry.ts';
import { readDecimal } from './numbers.ts';
import { quoted } from './quoted.ts';
import { damaged, unsupported } from './refusal.ts';

/** What the records of a file with holes say (GNU tar's manual, "PAX Format" of sparse files), unjudged. */
export interface SparseRecords {
  readonly version?: string;
  readonly name?: string;
  readonly size?: number;
  readonly count?: number;
  /** Offsets and lengths by turns. */
  readonly map?: readonly number[];
}

/** The records of extended headers that matter to a layer. */
export interface PaxRecords {
  readonly path?: string;
  readonly linkpath?: string;
  readonly size?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: Timestamp;
  readonly xattrs?: ReadonlyMap<string, string>;
  readonly sparse?: SparseRecords;
}

/** Records while they are read. */
interface Draft {
  path?: string;
  linkpath?: string;
  size?: number;
  uid?: number;
  gid?: number;
  mtime?: Timestamp;
  xattrs?: Map<string, string>;
  sparse?: SparseDraft;
}

interface SparseDraft {
  major?: string;
  minor?: string;
  name?: string;
  size?: number;
  count?: number;
  map?: number[];
}

const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;
export const XATTR = 'SCHILY.xattr.';
const SPARSE = 'GNU.sparse.';

function text(keyword: string, value: string): string {
  if (value.includes('\0')) throw damaged(`${keyword} has a NUL`);
  return value;
}

function decimal(keyword: string, value: string): number {
  const number = readDecimal(value);
  if (!Number.isSafeInteger(number)) throw damaged(`${keyword} ${quoted(value)} is no number`);
  return number;
}

/** Seconds with a fraction, of which nanoseconds are kept; a fraction goes away from 1970 as its seconds do. */
function time(keyword: string, value: string): Timestamp {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(value) ?? [];
  const seconds = Number(whole);
  if (whole === '' || !Number.isSafeInteger(seconds)) throw damaged(`${keyword} ${quoted(value)} is no time`);
  const nanoseconds = Number(fraction.slice(0, 9).padEnd(9, '0'));
  if (sign === '') return { seconds, nanoseconds };
  return nanoseconds === 0
    ? { seconds: 0 - seconds, nanoseconds }
    : { seconds: -seconds - 1, nanoseconds: 1e9 - nanoseconds };
}

/** A part of the map in version 0.0: offsets and lengths are records of their own, in turn. */
function addToMap(draft: SparseDraft, keyword: string, value: string): void {
  const map = (draft.map ??= []);
  if ((keyword === 'offset') !== (map.length % 2 === 0)) throw damaged(`${SPARSE}${keyword} is out of turn`);
  map.push(decimal(SPARSE + keyword, value));
}

function setSparse(draft: SparseDraft, keyword: string, value: string): void {
  switch (keyword) {
    case 'major':
    case 'minor':
      draft[keyword] = value;
      return;
    case 'name':
      draft.name = text(SPARSE + keyword, value);
      return;
    case 'size':
    case 'realsize':
      draft.size = decimal(SPARSE + keyword, value);
      return;
    case 'numblocks':
      draft.count = decimal(SPARSE + keyword, value);
      return;
    case 'map':
      draft.map = value.split(',').map((number) => decimal(SPARSE + keyword, number));
      return;
    case 'offset':
    case 'numbytes':
      addToMap(draft, keyword, value);
      return;
    default:
      throw unsupported(`${quoted(SPARSE + keyword)} is no record that is known`);
  }
}

/** A record without a value takes back what was said before: the header's own field holds. */
function setKnown(draft: Draft, keyword: string, value: string): void {
  switch (keyword) {
    case 'path':
    case 'linkpath':
      if (value === '') delete draft[keyword];
      else draft[keyword] = text(keyword, value);
      return;
    case 'size':
    case 'uid':
    case 'gid':
      if (value === '') delete draft[keyword];
      else draft[keyword] = decimal(keyword, value);
      return;
    case 'mtime':
      if (value === '') delete draft.mtime;
      else draft.mtime = time(keyword, value);
  }
}

/** Most archives have these of every entry. */
const IGNORED = new Set(['atime', 'ctime', 'uname', 'gname']);

function setRecord(draft: Draft, keyword: string, value: string): void {
  // An attribute may be empty, and says nothing of all entries that could be taken back.
  if (keyword.startsWith(XATTR)) (draft.xattrs ??= new Map()).set(keyword.slice(XATTR.length), value);
  else if (keyword.startsWith(SPARSE)) setSparse((draft.sparse ??= {}), keyword.slice(SPARSE.length), value);
  else setKnown(draft, keyword, value);
}

/** Decimal digits up to a space; the index behind it is given by their number. NaN if there are none or too many. */
function recordLength(bytes: Uint8Array, start: number, end: number): { length: number; behind: number } {
  let length = 0;
  let at = start;
  for (; at < end && bytes[at] !== SPACE; at += 1) {
    const digit = (bytes[at] as number) - 0x30;
    if (digit < 0 || digit > 9 || at - start > 8) return { length: Number.NaN, behind: at };
    length = length * 10 + digit;
  }
  return { length, behind: at + 1 };
}

/** Reads one record, `LENGTH KEYWORD=VALUE\n`, and gives where the next one begins. */
function readRecord(bytes: Uint8Array, start: number, end: number, draft: Draft): number {
  const { length, behind } = recordLength(bytes, start, end);
  const stop = start + length;
  // Written so that NaN fails as well.
  if (!(stop <= end && stop > behind && bytes[stop - 1] === NEWLINE))
    throw damaged('a record has a wrong length');
  const equals = bytes.indexOf(EQUALS, behind);
  if (equals <= behind || equals >= stop) throw damaged('a record has no keyword');
  const keyword = latin1(bytes, behind, equals);
  if (keyword.includes('\0')) throw damaged(`keyword ${quoted(keyword)} has a NUL`);
  if (!IGNORED.has(keyword)) setRecord(draft, keyword, latin1(bytes, equals + 1, stop - 1));
  return stop;
}

function finished(draft: Draft): PaxRecords {
  const { sparse, ...records } = draft;
  if (sparse === undefined) return records;
  const { major, minor, ...rest } = sparse;
  return major === undefined && minor === undefined
    ? { ...records, sparse: rest }
    : { ...records, sparse: { ...rest, version: `${major ?? 0}.${minor ?? 0}` } };
}

/** The records of one extended header, in which the last of a keyword holds; `global` is what holds where they say nothing. */
export function readPax(bytes: Uint8Array, start: number, length: number, global: PaxRecords): PaxRecords {
  const draft = { ...global } as Draft;
  const end = start + length;
  let at = start;
  while (at < end) at = readRecord(bytes, at, end, draft);
  return finished(draft);
}

const OF_ALL = new Set(['uid', 'gid', 'mtime']);

/** What a global header may say: of all entries that follow only what several can have in common. */
export function checkGlobal(records: PaxRecords): PaxRecords {
  const single = Object.keys(records).find((keyword) => !OF_ALL.has(keyword));
  if (single !== undefined) throw unsupported(`${single} of all entries at once`);
  return records;
}
