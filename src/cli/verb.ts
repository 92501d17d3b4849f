import type { Context } from '../container/context.ts';
import type { Flag, FlagValues } from './flags.ts';
import type { Output } from './output.ts';

/** What a verb gets. */
export interface Input {
  readonly context: Context;
  readonly flags: FlagValues;
  readonly args: readonly string[];
  /** True where --root was given. */
  readonly rootIsSet: boolean;
}

export type VerbFunction = (input: Input) => Promise<Output>;

/** How many arguments a command line has. */
export interface Count {
  readonly min: number;
  readonly max: number;
}

/** One row of the command table. */
export interface Verb {
  /** One word, or that of a group and one more. */
  readonly name: string;
  /** One line, lower case, no full stop. */
  readonly about: string;
  /** Arguments as the usage line shows them. */
  readonly usage: string;
  /** Paragraphs for the help and the man page. */
  readonly details?: readonly string[];
  readonly arguments: Count;
  /** Flags end at the first argument, so that later ones belong to what is run. */
  readonly stopAtFirst?: boolean;
  /** Flags that the table does not know are taken for arguments. */
  readonly loose?: boolean;
  readonly flags: readonly Flag[];
  readonly variant?: Variant;
  /** Exit status of errors that are not wrong usage; 1 unless it says so. */
  readonly failureCode?: number;
  /** Loads the code of the verb alone; without it the verb is one of {@link NodeVerbs}. */
  readonly load?: LoadVerb;
}

/**
 * What a flag makes of a verb: flags end at the first argument, there are so many of those, and the code is that of
 * {@link NodeVerbs} for `VERB --FLAG`.
 */
export interface Variant {
  readonly flag: string;
  readonly arguments: Count;
}

/** Verbs of one kind, which share the first word of their names. */
export interface Group {
  readonly name: string;
  readonly about: string;
  readonly details?: readonly string[];
  readonly verbs: readonly Verb[];
}

export type LoadVerb = () => Promise<{ readonly verb: VerbFunction }>;

/** The code of verbs that run in Node alone, as the entry has it. */
export type NodeVerbs = (name: string) => Promise<VerbFunction>;

const LOADED = new Map<Verb, VerbFunction>();

/** What a verb of the table does; undefined for one that has yet to be loaded. */
export function loaded(verb: Verb): VerbFunction | undefined {
  return LOADED.get(verb);
}

/** As {@link loaded}, from now on; undefined for one of {@link NodeVerbs}. */
export async function load(verb: Verb): Promise<VerbFunction | undefined> {
  if (verb.load === undefined) return undefined;
  const { verb: perform } = await verb.load();
  LOADED.set(verb, perform);
  return perform;
}
