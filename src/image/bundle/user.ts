import { RuntsError } from '../../errors.ts';
import type { User } from '../../spec/types.ts';
import { accountOf, groupOf, idOf, membershipsOf } from './accounts.ts';

/** Gives the text of a file of the image, undefined for one that is missing. */
export type ReadFile = (path: string) => Promise<string | undefined>;

const PASSWD = '/etc/passwd';
const GROUP = '/etc/group';

/** Names as useradd(8) takes them, and those with capitals and dots that images have. */
const NAME = /^[A-Za-z_][\w.@-]*\$?$/;

/**
 * The ids that `user`, `uid`, `user:group`, ... stand for in an image (config.md, `User`; conversion.md). Digits are a number
 * and never looked up as a name, and what is no number is never 0 (CVE-2016-3697, CVE-2024-40635, CVE-2026-46680).
 * `what` is where the text stands, for errors.
 * @throws {RuntsError} INVALID_CONFIG.
 */
export async function userOf(text: string, read: ReadFile, what: string): Promise<User> {
  if (text === '') return { uid: 0, gid: 0 };
  const refuse = (why: string): RuntsError => refusal(`${what}: ${JSON.stringify(text)}: ${why}`);
  const [user = '', group, ...more] = text.split(':');
  if (more.length > 0) throw refuse('more than USER:GROUP');
  const wanted = wordOf(user, 'user', refuse);
  if (group === undefined) return alone(wanted, read, refuse);
  const wantedGroup = wordOf(group, 'group', refuse);
  const uid = typeof wanted === 'number' ? wanted : (await named(wanted, read, refuse)).uid;
  return { uid, gid: await gidOf(wantedGroup, read, refuse) };
}

type Refuse = (why: string) => RuntsError;

const refusal = (message: string): RuntsError =>
  new RuntsError('INVALID_CONFIG', message, {
    hint: 'it is USER or USER:GROUP, each a name of the image or a number from 0 to 4294967294',
  });

function wordOf(word: string, what: string, refuse: Refuse): string | number {
  if (/^\d+$/.test(word)) {
    const id = idOf(word);
    if (id === undefined) throw refuse(`${word} is no ${what} id`);
    return id;
  }
  if (NAME.test(word)) return word;
  throw refuse(`${JSON.stringify(word)} is neither a number nor a ${what}'s name`);
}

/** With the group of the account, and for a name with the groups that it is a member of. */
async function alone(wanted: string | number, read: ReadFile, refuse: Refuse): Promise<User> {
  if (typeof wanted === 'number') {
    return { uid: wanted, gid: accountOf((await read(PASSWD)) ?? '', wanted)?.gid ?? 0 };
  }
  const { uid, gid } = await named(wanted, read, refuse);
  const groups = membershipsOf((await read(GROUP)) ?? '', wanted).filter((other) => other !== gid);
  return { uid, gid, ...(groups.length > 0 && { additionalGids: groups }) };
}

async function named(name: string, read: ReadFile, refuse: Refuse): Promise<{ uid: number; gid: number }> {
  const account = accountOf((await read(PASSWD)) ?? '', name);
  if (account === undefined) throw refuse(`${PASSWD} of the image has no user ${name}`);
  return account;
}

async function gidOf(wanted: string | number, read: ReadFile, refuse: Refuse): Promise<number> {
  if (typeof wanted === 'number') return wanted;
  const gid = groupOf((await read(GROUP)) ?? '', wanted);
  if (gid === undefined) throw refuse(`${GROUP} of the image has no group ${wanted}`);
  return gid;
}
