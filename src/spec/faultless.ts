/** Reads a config.json in which nothing is wrong, in a quarter of the time that it takes to say what is wrong. */
import type { Visit } from './fit.ts';
import { parseUnproven } from './json-quick.ts';
import { noteProfile, readPartly } from './profile.ts';
import type { FindProgram, PartlyRead } from './profile.ts';
import { applyRules } from './rules.ts';
import { processSchema } from './schema-process.ts';
import { specSchema } from './schema-spec.ts';
import { shapeOf } from './shape.ts';
import type { Judge, Judging, Shape } from './shape.ts';
import type { Process, Spec } from './types.ts';

export const SPEC = shapeOf(specSchema);
const PROCESS = shapeOf(processSchema);

/** undefined for what does not fit. */
export type Walk = (value: unknown, shape: Shape) => Visit | undefined;

/** What a text says if its objects have `keys` keys together. */
export interface Document {
  readonly value: unknown;
  readonly keys: number;
  /** The text of an object that was left out. */
  readonly apart?: string;
}

/** What is long for an interpreter; a host may have its own way that says the same. */
export interface Reader {
  /** undefined where only the strict reader can tell. An object at the pointer `apart` may be left out. */
  readonly parse: (text: string, apart?: string) => Document | undefined;
  readonly walk: Walk;
}

export const READER: Reader = {
  parse: (text) => parseUnproven(text),
  walk(value, { fit }) {
    const visit = { keys: 0, due: [] };
    return fit(value, visit) ? visit : undefined;
  },
};

export interface Faultless {
  readonly spec: Spec;
  /** False where the spec has no more in it than the text says. */
  readonly completed: boolean;
}

/**
 * undefined where there is something to say about the document: the reader in read.ts says it. A profile of which `find`
 * has the program is not looked at.
 */
export function readFaultless(text: string, reader = READER, find?: FindProgram): Faultless | undefined {
  const document: PartlyRead | undefined =
    find === undefined ? reader.parse(text) : readPartly(text, reader, find);
  if (document === undefined) return undefined;
  const visit = reader.walk(document.value, SPEC);
  if (visit?.keys !== document.keys) return undefined;
  const judging = judge(SPEC, visit);
  const spec = document.value as Spec;
  if (!judging.complained) applyRules(spec, { broken: [], scope: judging });
  if (judging.complained) return undefined;
  if (document.profile !== undefined) noteProfile(spec, document.profile, reader);
  return { spec, completed: judging.completed };
}

/**
 * False where there may be something to say about a process: check.ts says it. One without a fault is completed in place.
 * JSON writes NUL and halves of surrogate pairs, which no text may have, as escapes.
 */
export function isFaultless(process: Process): boolean {
  const visit = READER.walk(process, PROCESS);
  return visit !== undefined && !judge(PROCESS, visit).complained && !JSON.stringify(process).includes('\\u');
}

/** Until there is something to say. */
function judge({ judges }: Shape, { due }: Visit): Judging {
  const complain = (): void => void (judging.complained = true);
  const judging: Judging = { problem: complain, warn: complain, completed: false, complained: false };
  for (let at = 0; at < due.length && !judging.complained; at += 2)
    (judges[due[at] as number] as Judge)(due[at + 1] as never, judging);
  return judging;
}
