import type { TarEntry, Timestamp } from './entry.ts';
import { TAR_LIMITS } from './limits.ts';
import { XATTR } from './pax.ts';
import { quoted } from './quoted.ts';
import { tooLarge, unsupported } from './refusal.ts';
import { OCTAL_MAX, fitsName, fitsTarget } from './ustar.ts';

/** A record counts the digits of its own length. */
function record(keyword: string, value: string): string {
  const rest = ` ${keyword}=${value}\n`;
  const length = rest.length + String(rest.length).length;
  const digits = String(length).length;
  return `${rest.length + digits}${rest}`;
}

/** As pax(1) has it: a fraction of a time before 1970 goes away from it. */
function time({ seconds, nanoseconds }: Timestamp): string {
  if (nanoseconds === 0) return String(seconds);
  const isBefore = seconds < 0;
  const whole = isBefore ? `-${-seconds - 1}` : String(seconds);
  const fraction = isBefore ? 1e9 - nanoseconds : nanoseconds;
  return `${whole}.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
}

const fitsTime = ({ seconds, nanoseconds }: Timestamp): boolean =>
  nanoseconds === 0 && seconds >= 0 && seconds <= OCTAL_MAX.mtime;

function xattrRecords(xattrs: TarEntry['xattrs']): [string, string][] {
  const equals = [...xattrs.keys()].find((name) => name.includes('='));
  if (equals !== undefined) throw unsupported(`attribute ${quoted(equals)} has no form in an archive`);
  return [...xattrs].map(([name, value]) => [XATTR + name, value]);
}

/** The extended header's body for what an entry's own header cannot say; empty where that says all. By keyword, so that it is the same each time. */
export function recordsOf(entry: TarEntry): string {
  const { name, target, size, uid, gid, mtime } = entry;
  const records = xattrRecords(entry.xattrs);
  if (!fitsName(name)) records.push(['path', name]);
  if (!fitsTarget(target)) records.push(['linkpath', target]);
  if (size > OCTAL_MAX.size) records.push(['size', String(size)]);
  if (uid > OCTAL_MAX.id) records.push(['uid', String(uid)]);
  if (gid > OCTAL_MAX.id) records.push(['gid', String(gid)]);
  if (!fitsTime(mtime)) records.push(['mtime', time(mtime)]);
  records.sort(([one], [other]) => (one < other ? -1 : 1));
  const body = records.map(([keyword, value]) => record(keyword, value)).join('');
  if (body.length > TAR_LIMITS.extension) throw tooLarge(`${body.length} bytes of names and attributes`);
  return body;
}
