import { RuntsError } from '../errors.ts';

/** 2^32 - 1 means `no change` to setuid(2), so it is no id. */
const MAX_ID = 2 ** 32 - 2;

export interface UserRequest {
  readonly uid: number;
  /** Unset keeps the group of the process. */
  readonly gid?: number;
}

/** `UID` or `UID:GID`, decimal numbers alone: a name, a sign or anything that is left over is refused (CVE-2026-30892). */
export function parseUser(text: string): UserRequest {
  const colon = text.indexOf(':');
  const uid = parseId(colon === -1 ? text : text.slice(0, colon), 'uid', text);
  return colon === -1 ? { uid } : { uid, gid: parseId(text.slice(colon + 1), 'gid', text) };
}

function parseId(digits: string, what: string, text: string): number {
  if (/^\d{1,10}$/.test(digits) && Number(digits) <= MAX_ID) return Number(digits);
  throw new RuntsError(
    'INVALID_ARGUMENT',
    `bad ${what} ${JSON.stringify(digits)} in --user ${JSON.stringify(text)}`,
    {
      hint: `it is UID or UID:GID, each a number from 0 to ${MAX_ID}`,
    },
  );
}

/** An additional group id as a flag gives it. */
export function checkGroup(gid: number): number {
  if (gid >= 0 && gid <= MAX_ID) return gid;
  throw new RuntsError('INVALID_ARGUMENT', `additional-gids must be a positive number ${gid}`);
}
