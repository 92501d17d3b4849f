/** Sizes as people write them. */

const UNITS = 'kmgtp';

type Letter = 'k' | 'K' | 'm' | 'M' | 'g' | 'G' | 't' | 'T' | 'p' | 'P';

/** Bytes: a number of them, or a text such as `64MiB`, `1.5g`, `512 kB`. Suffixes count in steps of 1024. */
export type Size =
  | number
  | `${number}`
  | `${number}${'' | ' '}${Letter | ''}${'' | 'b' | 'B' | 'ib' | 'iB' | 'IB'}`;

/** What {@link sizeOf} reads, for messages. */
export const SIZE_EXPECTED = 'bytes, or a number with k, m, g, t or p';

/** Bytes of `64m`, `1.5GiB`, `512kb`, in steps of 1024; undefined for a text that is none of these. */
export function sizeOf(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return Math.floor(Number(amount) * 1024 ** (UNITS.indexOf(unit.toLowerCase() || ' ') + 1));
}
