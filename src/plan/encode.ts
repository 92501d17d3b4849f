import { RuntsError } from '../errors.ts';
import { SCHEMA } from './schema.gen.ts';
import { STEPS } from './steps.ts';
import type { Plan, Step, StepKind } from './steps.ts';
import type { Fields, FieldType, Side } from './wire.ts';

/** First field of an encoded plan. */
const MAGIC = 'RPLN';
/** Number of the kind, side, and how many fields come. */
const HEAD_FIELDS = 3;

type Values = Readonly<Record<string, unknown>>;

interface Field {
  readonly name: string;
  /** Of a list: its items are one field each, or records of fields. No list: the value as text (flags: with commas) is the field. */
  readonly items: 'single' | readonly Field[] | undefined;
}

interface Layout {
  /** The first two fields of a step, by its side. */
  readonly heads: Readonly<Record<Side, string>>;
  readonly fields: readonly Field[];
}

const LAYOUTS = Object.fromEntries(
  Object.entries(STEPS).map(([kind, { fields }], number): [string, Layout] => [
    kind,
    { heads: { host: `${number}\0host`, init: `${number}\0init` }, fields: layoutOf(fields) },
  ]),
) as Readonly<Record<StepKind, Layout>>;

/**
 * The text that the executors run: a header (magic, schema, number of steps, number of fields after the header), then
 * each step. One join makes it: an interpreter without a compiler takes most of its time for what is done field by field.
 * @throws {RuntsError} INVALID_ARGUMENT for half of a surrogate pair, which only a caller of the library can bring. A NUL
 * in a text is refused by the executors: there are more fields then than were counted here.
 */
export function encodePlan(plan: Plan): string {
  const out: unknown[] = [MAGIC, SCHEMA, plan.length, 0];
  let count = 0;
  for (let at = 0; at < plan.length; at++) count += writeStep(out, plan[at] as Step);
  out[3] = count;
  // so that the last field ends as all others do
  out.push('');
  const text = out.join('\0');
  if (!text.isWellFormed()) throw illFormed(plan);
  return text;
}

function writeStep(out: unknown[], step: Step): number {
  const { heads, fields } = LAYOUTS[step.kind];
  const end = out.push(heads[step.on], 0);
  const count = writeFields(out, fields, step);
  out[end - 1] = count;
  return HEAD_FIELDS + count;
}

function writeFields(out: unknown[], fields: readonly Field[], values: Values): number {
  let count = fields.length;
  for (let at = 0; at < fields.length; at++) {
    const { name, items } = fields[at] as Field;
    if (items === undefined) out.push(values[name]);
    else count += writeItems(out, items, values[name] as readonly unknown[]);
  }
  return count;
}

/** Gives the number of fields that the items take, which come after their number. */
function writeItems(out: unknown[], type: 'single' | readonly Field[], items: readonly unknown[]): number {
  out.push(items.length);
  if (type !== 'single')
    return items.reduce<number>((sum, item) => sum + writeFields(out, type, item as Values), 0);
  if (items.length > 0) out.push(items.join('\0'));
  return items.length;
}

function layoutOf(fields: Fields): readonly Field[] {
  return Object.entries(fields).map(([name, type]) => ({ name, items: itemsOf(type) }));
}

function itemsOf(type: FieldType): Field['items'] {
  if (typeof type !== 'string') return 'list' in type ? layoutOf(type.list) : undefined;
  return type === 'strs' || type === 'u32s' || type === 'bytes' ? 'single' : undefined;
}

function illFormed(plan: Plan): RuntsError {
  const { kind = '', because = '' } = plan.find(isIllFormed) ?? {};
  const details = because === '' ? {} : { path: because };
  return new RuntsError('INVALID_ARGUMENT', `${kind}: a text holds half of a surrogate pair`, details);
}

function isIllFormed(step: Step): boolean {
  const out: unknown[] = [];
  writeStep(out, step);
  return !out.join('\0').isWellFormed();
}
