import { textField } from './bytes.ts';
import type { Overrides } from './header.ts';
import { type PaxRecords, checkGlobal, readPax } from './pax.ts';
import { damaged } from './refusal.ts';

/** The types of extended headers: of pax for one entry and for all, of GNU tar for a long target and a long name. */
export type ExtendedType = 'x' | 'g' | 'K' | 'L';

const TYPES: readonly string[] = ['x', 'g', 'K', 'L'] satisfies ExtendedType[];

export const isExtended = (type: string): type is ExtendedType => TYPES.includes(type);

/** What extended headers have said of the next entry, and of all. */
export interface Extended {
  global: PaxRecords;
  pax: PaxRecords | undefined;
  name: string | undefined;
  target: string | undefined;
}

export const newExtended = (): Extended => ({
  global: {},
  pax: undefined,
  name: undefined,
  target: undefined,
});

export const isPending = ({ pax, name, target }: Extended): boolean =>
  pax !== undefined || name !== undefined || target !== undefined;

/** What was said of an entry is forgotten behind it. */
export function forget(extended: Extended): void {
  extended.pax = undefined;
  extended.name = undefined;
  extended.target = undefined;
}

/** Programs differ in which of two counts, so that one could hide an entry from another. */
const once = (before: unknown): void => {
  if (before !== undefined) throw damaged('the second of its kind for one entry');
};

function longText(bytes: Uint8Array, at: number, length: number): string {
  const text = textField(bytes, at, length);
  if (text === '') throw damaged('an empty name');
  return text;
}

export function addExtended(
  extended: Extended,
  type: ExtendedType,
  bytes: Uint8Array,
  at: number,
  length: number,
): void {
  switch (type) {
    case 'x':
      once(extended.pax);
      extended.pax = readPax(bytes, at, length, extended.global);
      return;
    case 'g':
      if (isPending(extended)) throw damaged('a global header between those of an entry and the entry');
      extended.global = checkGlobal(readPax(bytes, at, length, extended.global));
      return;
    case 'K':
      once(extended.target);
      extended.target = longText(bytes, at, length);
      return;
    case 'L':
      once(extended.name);
      extended.name = longText(bytes, at, length);
  }
}

/** What holds for the next entry in place of its header's fields. */
export function overridesOf({ global, pax = global, name, target }: Extended): Overrides & PaxRecords {
  if (name === undefined && target === undefined && pax.path === undefined && pax.linkpath === undefined)
    return pax;
  if (name !== undefined) once(pax.path);
  if (target !== undefined) once(pax.linkpath);
  return { ...pax, name: name ?? pax.path, target: target ?? pax.linkpath };
}
