/** Reads a config.json in which nothing is wrong, in a quarter of the time that it takes to say what is wrong. */
import { fitOf, newVisit } from './fit.ts';
import type { KeysAtMost } from './json-keys.ts';
import { parseUnproven } from './json-quick.ts';
import { applyRules } from './rules.ts';
import { processSchema } from './schema-process.ts';
import { specSchema } from './schema-spec.ts';
import type { Process, Spec } from './types.ts';

const fits = fitOf(specSchema);
const fitsProcess = fitOf(processSchema);

export interface Faultless {
  readonly spec: Spec;
  /** False where the spec has no more in it than the text says. */
  readonly completed: boolean;
}

/** undefined where there is something to say about the document: the reader in read.ts says it. */
export function readFaultless(text: string, look?: KeysAtMost): Faultless | undefined {
  const document = parseUnproven(text, look);
  if (document === undefined) return undefined;
  const visit = newVisit();
  if (!fits(document.value, visit) || visit.keys !== document.keys) return undefined;
  const spec = document.value as unknown as Spec;
  applyRules(spec, { broken: [], scope: visit.scope });
  return visit.complained ? undefined : { spec, completed: visit.completed };
}

/**
 * False where there may be something to say about a process: check.ts says it. One without a fault is completed in place.
 * JSON writes NUL and halves of surrogate pairs, which no text may have, as escapes.
 */
export function isFaultless(process: Process): boolean {
  const visit = newVisit();
  return fitsProcess(process, visit) && !visit.complained && !JSON.stringify(process).includes('\\u');
}
