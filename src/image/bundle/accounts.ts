/** Lines of passwd(5) and group(5), as an image has them: nothing in them need be right. */
import { RuntsError } from '../../errors.ts';

/** 2^32 - 1 means `no change` to setuid(2), so it is no id. */
const MAX_ID = 2 ** 32 - 2;

/** The number that decimal digits say; undefined for anything else, and for what is no id. */
export function idOf(digits: string): number | undefined {
  return /^\d{1,10}$/.test(digits) && Number(digits) <= MAX_ID ? Number(digits) : undefined;
}

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** The first of a name, or of a number. @throws {RuntsError} INVALID_CONFIG for one whose ids are none. */
export function accountOf(passwd: string, wanted: string | number): Account | undefined {
  const fields = rows(passwd).find(
    ([name, , uid = '']) =>
      name !== '' && (typeof wanted === 'number' ? idOf(uid) === wanted : name === wanted),
  );
  if (fields === undefined) return undefined;
  const [name = '', , uid = '', gid = ''] = fields;
  return { name, uid: idIn('/etc/passwd', name, uid), gid: idIn('/etc/passwd', name, gid) };
}

/** The number of the first group of a name. @throws as {@link accountOf}. */
export function groupOf(group: string, wanted: string): number | undefined {
  const fields = rows(group).find(([name]) => name === wanted);
  return fields && idIn('/etc/group', wanted, fields[2] ?? '');
}

/** Numbers of the groups that a user is a member of by its name. @throws as {@link accountOf}. */
export function membershipsOf(group: string, user: string): number[] {
  const entries = rows(group).filter(([, , , members = '']) => members.split(',').includes(user));
  return [...new Set(entries.map(([name = '', , gid = '']) => idIn('/etc/group', name, gid)))];
}

function rows(text: string): string[][] {
  return text.split('\n').map((line) => line.trim().split(':'));
}

function idIn(file: string, name: string, digits: string): number {
  const id = idOf(digits);
  if (id !== undefined) return id;
  throw new RuntsError('INVALID_CONFIG', `image: ${file}: ${name}: ${JSON.stringify(digits)} is no id`);
}
