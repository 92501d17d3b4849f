import { latin1 } from '../views.ts';
import { textField } from './bytes.ts';
import { BLOCK, FIELD, fieldOf } from './block.ts';
import type { Place } from './block.ts';
import { readNumber } from './numbers.ts';

/** Who defined the fields behind those that all headers have. */
export type Form = 'v7' | 'ustar' | 'star' | 'gnu';

/** Times that GNU tar has in the place of the prefix, and that star has behind a shorter one. */
const GNU_TIMES: readonly Place[] = [
  { start: 345, size: 12 },
  { start: 357, size: 12 },
];
const STAR_PREFIX = 131;
const STAR_MAGIC = 508;

const textAt = (bytes: Uint8Array, start: number, length: number): string =>
  latin1(bytes, start, start + length);

export function formOf(bytes: Uint8Array, at: number): Form {
  const { start, size } = FIELD.magic;
  const magic = textAt(bytes, at + start, size);
  if (magic === 'ustar  \0') return 'gnu';
  if (!magic.startsWith('ustar\0')) return 'v7';
  return textAt(bytes, at + STAR_MAGIC, BLOCK - STAR_MAGIC) === 'tar\0' ? 'star' : 'ustar';
}

/** Go's archive/tar has had a prefix there once, and has believed since that ASCII which is no time is one. */
function gnuPrefix(bytes: Uint8Array, at: number): string {
  const isTime = ({ start, size }: Place): boolean =>
    bytes[at + start] === 0 || !Number.isNaN(readNumber(bytes, at + start, size));
  const prefix = fieldOf(bytes, at, 'prefix');
  return GNU_TIMES.every(isTime) || /[^\u0000-\u007f]/.test(prefix) ? '' : prefix;
}

function prefixOf(bytes: Uint8Array, at: number): string {
  switch (formOf(bytes, at)) {
    case 'v7':
      return '';
    case 'ustar':
      return fieldOf(bytes, at, 'prefix');
    case 'star':
      return textField(bytes, at + FIELD.prefix.start, STAR_PREFIX);
    case 'gnu':
      return gnuPrefix(bytes, at);
  }
}

/** A long name's first directories lie in a field of their own. */
export function nameOf(bytes: Uint8Array, at: number): string {
  const name = fieldOf(bytes, at, 'name');
  // Mostly there is none.
  const prefix = bytes[at + FIELD.prefix.start] === 0 ? '' : prefixOf(bytes, at);
  return prefix === '' ? name : `${prefix}/${name}`;
}
