import { SCHEMA } from '../../src/plan/schema.gen.ts';
import { STEPS } from '../../src/plan/steps.ts';
import type { Step, StepKind } from '../../src/plan/steps.ts';
import type { Fields, FieldType } from '../../src/plan/wire.ts';

const MAGIC = 0x4e4c5052;
const KINDS = Object.keys(STEPS) as StepKind[];

/**
 * The steps of an encoded plan, read by the definition alone, without `because`. Flags come in the definition's
 * order, 64-bit numbers as bigint.
 */
export function decodePlan(bytes: Uint8Array): Omit<Step, 'because'>[] {
  const reader = new Reader(bytes);
  if (reader.u32() !== MAGIC || reader.u32() !== SCHEMA) throw new Error('not a plan of this definition');
  const steps = Array.from({ length: reader.u32() }, () => readStep(reader));
  if (!reader.ended) throw new Error('bytes after the last step');
  return steps;
}

function readStep(reader: Reader): Omit<Step, 'because'> {
  const end = reader.at + reader.u32();
  const kind = KINDS[reader.u32()];
  const on = reader.u32() === 0 ? 'host' : 'init';
  if (kind === undefined) throw new Error('a step of no kind');
  const fields = readFields(reader, STEPS[kind].fields);
  if (reader.at !== end) throw new Error(`${kind}: its size is wrong`);
  return { ...fields, kind, on };
}

function readFields(reader: Reader, fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, readField(reader, type)]));
}

function readField(reader: Reader, type: FieldType): unknown {
  if (typeof type !== 'string') return readComposed(reader, type);
  if (type === 'bool') return reader.u32() === 1;
  if (type === 'u32') return reader.u32();
  if (type === 'i32') return reader.u32() | 0;
  if (type === 'u64') return reader.u64();
  if (type === 'i64') return BigInt.asIntN(64, reader.u64());
  if (type === 'bytes') return reader.blob();
  if (type === 'str') return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(reader.blob());
  return reader.each(() => readField(reader, type === 'strs' ? 'str' : 'u32'));
}

function readComposed(reader: Reader, type: Exclude<FieldType, string>): unknown {
  if ('list' in type) return reader.each(() => readFields(reader, type.list));
  if ('choice' in type) {
    const value = reader.u32();
    return Object.keys(type.choice).find((name) => type.choice[name] === value);
  }
  const mask = reader.u64();
  return Object.keys(type.flags).filter((name) => (mask & BigInt(type.flags[name] ?? 0)) !== 0n);
}

class Reader {
  readonly #data: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  get ended(): boolean {
    return this.at === this.#data.length;
  }

  u32(): number {
    this.at += 4;
    return this.#view.getUint32(this.at - 4, true);
  }

  u64(): bigint {
    this.at += 8;
    return this.#view.getBigUint64(this.at - 8, true);
  }

  blob(): Uint8Array {
    const size = this.u32();
    const start = this.at;
    this.at += size + 1;
    if (this.#data[this.at - 1] !== 0) throw new Error('no NUL after a string');
    return this.#data.slice(start, start + size);
  }

  each<T>(read: () => T): T[] {
    return Array.from({ length: this.u32() }, read);
  }
}
