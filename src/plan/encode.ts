import { SCHEMA } from './schema.gen.ts';
import { STEPS } from './steps.ts';
import type { Plan, Step, StepKind } from './steps.ts';
import type { Fields, FieldType } from './wire.ts';
import { utf8Length, writeUtf8 } from './utf8.ts';

/** First word of an encoded plan: `RPLN`. */
const MAGIC = 0x4e4c5052;
const KINDS = Object.keys(STEPS) as StepKind[];

/** The bytes that the executors run: header (magic, schema, count), then each step as size, kind, side, fields. */
export function encodePlan(plan: Plan): Uint8Array<ArrayBuffer> {
  const out = new Writer();
  out.u32(MAGIC);
  out.u32(SCHEMA);
  out.u32(plan.length);
  for (const step of plan) writeStep(out, step);
  return out.bytes();
}

function writeStep(out: Writer, step: Step): void {
  const start = out.length;
  out.u32(0);
  out.u32(KINDS.indexOf(step.kind));
  out.u32(step.on === 'host' ? 0 : 1);
  writeFields(out, STEPS[step.kind].fields, step);
  out.setU32(start, out.length - start);
}

function writeFields(out: Writer, fields: Fields, record: Readonly<Record<string, unknown>>): void {
  for (const name of Object.keys(fields)) writeField(out, fields[name] as FieldType, record[name]);
}

function writeField(out: Writer, type: FieldType, value: unknown): void {
  if (typeof type !== 'string') {
    writeComposed(out, type, value);
    return;
  }
  switch (type) {
    case 'bool':
      return out.u32(value === true ? 1 : 0);
    case 'u32':
    case 'i32':
      return out.u32(value as number);
    case 'u64':
    case 'i64':
      return out.u64(BigInt(value as number | bigint));
    case 'str':
      return out.string(value as string);
    case 'bytes':
      return out.blob(value as Uint8Array);
    case 'strs':
      return out.each(value as string[], (item) => out.string(item));
    case 'u32s':
      return out.each(value as number[], (item) => out.u32(item));
  }
}

function writeComposed(out: Writer, type: Exclude<FieldType, string>, value: unknown): void {
  if ('list' in type) {
    out.each(value as Record<string, unknown>[], (item) => writeFields(out, type.list, item));
  } else if ('choice' in type) {
    out.u32(type.choice[value as string] as number);
  } else {
    let mask = 0n;
    for (const name of value as string[]) mask |= BigInt(type.flags[name] as number);
    out.u64(mask);
  }
}

/** A growing little-endian buffer. */
class Writer {
  #data = new Uint8Array(16384);
  #view = new DataView(this.#data.buffer);
  length = 0;

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#data.slice(0, this.length);
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.length, value, true);
    this.length += 4;
  }

  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  u64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigUint64(this.length, BigInt.asUintN(64, value), true);
    this.length += 8;
  }

  /** u32 length, UTF-8, one NUL, so that executors use it as a C string where it lies. */
  string(value: string): void {
    const size = utf8Length(value);
    this.u32(size);
    this.#reserve(size + 1);
    writeUtf8(value, this.#data, this.length);
    this.length += size + 1;
    this.#data[this.length - 1] = 0;
  }

  blob(value: Uint8Array): void {
    this.u32(value.length);
    this.#reserve(value.length + 1);
    this.#data.set(value, this.length);
    this.length += value.length + 1;
    this.#data[this.length - 1] = 0;
  }

  each<T>(items: readonly T[], write: (item: T) => void): void {
    this.u32(items.length);
    for (const item of items) write(item);
  }

  #reserve(size: number): void {
    if (this.length + size <= this.#data.length) return;
    const larger = new Uint8Array(Math.max(this.#data.length * 2, this.length + size));
    larger.set(this.#data);
    this.#data = larger;
    this.#view = new DataView(larger.buffer);
  }
}
