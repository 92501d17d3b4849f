import { RuntsError } from '../errors.ts';
import { SCHEMA } from './schema.gen.ts';
import type { Plan, Step, StepKind } from './steps.ts';
import { WRITERS } from './writers.gen.ts';

/** First field of an encoded plan. */
const MAGIC = 'RPLN';
/** Number of the kind, side, and how many fields come. */
const HEAD_FIELDS = 3;

/** Each is called with steps of its own kind alone. */
const WRITER_OF = WRITERS as Readonly<Record<StepKind, (out: unknown[], step: Step) => number>>;

/**
 * The text that the executors run: a header (magic, schema, number of steps, number of fields after the header), then
 * each step. One join makes it: an interpreter without a compiler takes most of its time for what is done field by field.
 * @throws {RuntsError} INVALID_ARGUMENT for half of a surrogate pair, which only a caller of the library can bring. A NUL
 * in a text is refused by the executors: there are more fields then than were counted here.
 */
export function encodePlan(plan: Plan): string {
  const out: unknown[] = [MAGIC, SCHEMA, plan.length, 0];
  let count = plan.length * HEAD_FIELDS;
  for (const step of plan) count += WRITER_OF[step.kind](out, step);
  out[3] = count;
  // so that the last field ends as all others do
  out.push('');
  const text = out.join('\0');
  if (!text.isWellFormed()) throw illFormed(plan);
  return text;
}

function illFormed(plan: Plan): RuntsError {
  const { kind = '', because = '' } = plan.find(isIllFormed) ?? {};
  const details = because === '' ? {} : { path: because };
  return new RuntsError('INVALID_ARGUMENT', `${kind}: a text holds half of a surrogate pair`, details);
}

function isIllFormed(step: Step): boolean {
  const out: unknown[] = [];
  WRITER_OF[step.kind](out, step);
  return !out.join('\0').isWellFormed();
}
