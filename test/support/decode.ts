import { SCHEMA } from '../../src/plan/schema.gen.ts';
import { STEPS } from '../../src/plan/steps.ts';
import type { Step, StepKind } from '../../src/plan/steps.ts';
import type { Fields, FieldType } from '../../src/plan/wire.ts';

const KINDS = Object.keys(STEPS) as StepKind[];

/**
 * The steps of an encoded plan, read by the definition alone, without `because`. Flags come in the definition's
 * order, 64-bit numbers as bigint.
 */
export function decodePlan(text: string): Omit<Step, 'because'>[] {
  const reader = new Reader(text);
  if (reader.text() !== 'RPLN' || reader.number() !== SCHEMA)
    throw new Error('not a plan of this definition');
  const count = reader.number();
  if (reader.number() !== reader.left) throw new Error('the number of fields is wrong');
  const steps = Array.from({ length: count }, () => readStep(reader));
  if (reader.left > 0) throw new Error('fields after the last step');
  return steps;
}

function readStep(reader: Reader): Omit<Step, 'because'> {
  const kind = KINDS[reader.number()];
  const on = reader.text();
  if (kind === undefined || (on !== 'host' && on !== 'init')) throw new Error('a step of no kind or side');
  const count = reader.number();
  const end = reader.left - count;
  const fields = readFields(reader, STEPS[kind].fields);
  if (reader.left !== end) throw new Error(`${kind}: its number of fields is wrong`);
  return { ...fields, kind, on };
}

function readFields(reader: Reader, fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, readField(reader, type)]));
}

function readField(reader: Reader, type: FieldType): unknown {
  if (typeof type !== 'string') return readComposed(reader, type);
  if (type === 'bool') return JSON.parse(reader.text());
  if (type === 'u32' || type === 'i32') return reader.number();
  if (type === 'u64' || type === 'i64') return BigInt(reader.text());
  if (type === 'str') return reader.text();
  if (type === 'bytes') return Uint8Array.from(reader.each(() => reader.number()));
  return reader.each(() => readField(reader, type === 'strs' ? 'str' : 'u32'));
}

function readComposed(reader: Reader, type: Exclude<FieldType, string>): unknown {
  if ('list' in type) return reader.each(() => readFields(reader, type.list));
  const text = reader.text();
  if ('choice' in type) return text;
  const names = text === '' ? [] : text.split(',');
  return Object.keys(type.flags).filter((name) => names.includes(name));
}

class Reader {
  readonly #fields: readonly string[];
  #at = 0;

  constructor(text: string) {
    if (!text.endsWith('\0')) throw new Error('no NUL after the last field');
    this.#fields = text.slice(0, -1).split('\0');
  }

  get left(): number {
    return this.#fields.length - this.#at;
  }

  text(): string {
    const field = this.#fields[this.#at++];
    if (field === undefined) throw new Error('a field is missing');
    return field;
  }

  number(): number {
    const text = this.text();
    if (!/^-?\d+$/.test(text)) throw new Error(`"${text}" is no number`);
    return Number(text);
  }

  each<T>(read: () => T): T[] {
    return Array.from({ length: this.number() }, read);
  }
}
