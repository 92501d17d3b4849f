import type { Draft, FindingStatus, TriedCall } from './finding.ts';

/** Who a try was made by: the caller, or the root of a user namespace that the caller has made. */
export type Place = 'caller' | 'user namespace';

export interface Try extends TriedCall {
  readonly place: Place;
  readonly name: string;
  /** What was found out beside success or failure; empty if nothing. */
  readonly value: string;
}

/** All that was tried. */
export interface Tries {
  /** undefined where it was not come to, because something before it failed. */
  find(name: string, place?: Place): Try | undefined;
}

/** Reads what the probe program prints: lines of place, name, errno, value and call, separated by tabs. */
export function parseTries(text: string): Tries {
  const all = text.split('\n').flatMap((line): Try[] => {
    const [place, name, errno, value, call] = line.split('\t');
    if (call === undefined || name === undefined || errno === undefined || value === undefined) return [];
    return [{ place: place === 'caller' ? 'caller' : 'user namespace', name, errno, value, call }];
  });
  return {
    find: (name, place = 'caller') => all.find((each) => each.name === name && each.place === place),
  };
}

/** What a failed try means. */
export interface Row {
  readonly id: string;
  readonly title: string;
  /** All of these must work. */
  readonly tries: readonly string[];
  /** What it is where one does not work; `missing` by default. */
  readonly otherwise?: FindingStatus;
  readonly required?: boolean;
  readonly follows: string;
  readonly remedy?: string;
}

/** One finding a row, of the tries made by `place`; rows that were not come to are left out. */
export function judge(tries: Tries, place: Place, rows: readonly Row[]): Draft[] {
  return rows.flatMap((row) => {
    const found = row.tries.flatMap((name) => tries.find(name, place) ?? []);
    return found.length < row.tries.length ? [] : [judgeRow(row, found)];
  });
}

function judgeRow({ id, title, required = false, ...row }: Row, found: readonly Try[]): Draft {
  const tried = found.map(({ call, errno }) => ({ call, errno }));
  const failed = found.find(({ errno }) => errno !== '');
  if (failed === undefined) return { id, title, required, status: 'ok', tried };
  const { otherwise: status = 'missing', follows, remedy = remedyFor(failed.errno) } = row;
  const words = `${failed.call}: ${failed.errno}`;
  return {
    ...{ id, title, required, status, tried, found: words, follows },
    ...(remedy !== undefined && { remedy }),
  };
}

function remedyFor(errno: string): string | undefined {
  if (errno === 'ENOSYS')
    return 'use Linux 5.14 or newer, and a seccomp profile around runts that allows this call';
  if (errno === 'EPERM' || errno === 'EACCES')
    return 'run as root with CAP_SYS_ADMIN, and outside of a seccomp or AppArmor profile that forbids this call';
  return errno === 'ENODEV' ? 'use a kernel that was built with it, or load its module' : undefined;
}
