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

/** One row of the command table. */
export interface Verb {
  readonly name: string;
  /** One line, lower case, no full stop. */
  readonly about: string;
  /** Arguments as the usage line shows them. */
  readonly usage: string;
  /** Paragraphs for the help and the man page. */
  readonly details?: readonly string[];
  readonly arguments: { readonly min: number; readonly max: number };
  /** Flags end at the first argument, so that later ones belong to what is run. */
  readonly stopAtFirst?: boolean;
  /** Flags that the table does not know are taken for arguments. */
  readonly loose?: boolean;
  readonly flags: readonly Flag[];
  /** Exit status of errors that are not wrong usage; 1 unless it says so. */
  readonly failureCode?: number;
  /** Loads the code of the verb alone. */
  readonly load: () => Promise<{ readonly verb: VerbFunction }>;
}

const LOADED = new Map<Verb, VerbFunction>();

/** What a verb does; undefined for one that has yet to be loaded. */
export function loaded(verb: Verb): VerbFunction | undefined {
  return LOADED.get(verb);
}

/** As {@link loaded}, from now on. */
export async function load(verb: Verb): Promise<VerbFunction> {
  const { verb: perform } = await verb.load();
  LOADED.set(verb, perform);
  return perform;
}
