import type { Rootless } from '../plan/facts.ts';
import type { SpecResult } from '../spec/read.ts';
import type { Spec } from '../spec/types.ts';
import type { Template } from './template.ts';

/**
 * What a program that makes many containers keeps between them: results of pure functions, by all that went in, no more
 * than a megabyte or two of it, and what a program of several threads cannot change. A command, which makes one, has none.
 */
export interface Memory {
  /** Configs that were read and in which nothing was wrong, by their text. */
  readonly specs: Recent<SpecResult>;
  /** The last plan of each of these configs. */
  readonly templates: WeakMap<Spec, Template>;
  /** Reads how far the rights of the runtime go, until they are those of the machine's root: there they stay (unshare(2)). */
  readonly rootless: (read: () => Rootless | undefined) => Rootless | undefined;
}

const MOST_SPECS = 16;
const MOST_CHARACTERS = 2 ** 20;

export function newMemory(): Memory {
  let isRoot = false;
  return {
    specs: recent(MOST_SPECS, MOST_CHARACTERS),
    templates: new WeakMap(),
    rootless(read) {
      const rootless = isRoot ? undefined : read();
      isRoot = rootless === undefined;
      return rootless;
    },
  };
}

/** Values by text, those that were asked for last. */
export interface Recent<T> {
  /** Makes the value if it is not there; nothing is kept where that throws. */
  get(text: string, make: () => T): T;
}

interface Entry<T> {
  readonly text: string;
  readonly value: T;
}

/** `most` values whose texts have so many characters together. */
export function recent<T>(most: number, characters: number): Recent<T> {
  const entries: Entry<T>[] = [];
  return {
    get(text, make) {
      if (text.length > characters) return make();
      const at = entries.findIndex((entry) => entry.text === text);
      const entry = entries[at] ?? { text, value: make() };
      if (at !== -1) entries.splice(at, 1);
      entries.unshift(entry);
      entries.length = fitting(entries, most, characters);
      return entry.value;
    },
  };
}

function fitting(entries: readonly Entry<unknown>[], most: number, characters: number): number {
  let count = 0;
  let sum = 0;
  for (const { text } of entries) {
    sum += text.length;
    if (count === most || sum > characters) break;
    count++;
  }
  return count;
}
