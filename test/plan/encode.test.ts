import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePlan } from '../../src/plan/encode.ts';
import { STEPS } from '../../src/plan/steps.ts';
import type { Plan, StepKind } from '../../src/plan/steps.ts';
import type { Fields, FieldType } from '../../src/plan/wire.ts';
import { decodePlan } from '../support/decode.ts';
import { planOf, usualSpec } from '../support/plan.ts';

const U32 = { max: 2 ** 32 - 1 };

/** Values of a field as the decoder gives them back. */
function valueOf(type: FieldType): fc.Arbitrary<unknown> {
  if (typeof type !== 'string') return composedOf(type);
  switch (type) {
    case 'bool':
      return fc.boolean();
    case 'u32':
      return fc.nat(U32);
    case 'i32':
      return fc.integer();
    case 'u64':
      return fc.bigInt(0n, 2n ** 64n - 1n);
    case 'i64':
      return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
    case 'str':
      return fc.string({ unit: 'binary' });
    case 'bytes':
      return fc.uint8Array();
    case 'strs':
      return fc.array(fc.string({ unit: 'binary' }));
    case 'u32s':
      return fc.array(fc.nat(U32));
  }
}

function composedOf(type: Exclude<FieldType, string>): fc.Arbitrary<unknown> {
  if ('list' in type) return fc.array(recordOf(type.list), { maxLength: 4 });
  if ('choice' in type) {
    const numbers = Object.values(type.choice);
    // of two names for a number the decoder gives the first
    return fc.constantFrom(
      ...Object.keys(type.choice).filter((name, at) => numbers.indexOf(type.choice[name] ?? -1) === at),
    );
  }
  // names whose bits are other names' as well cannot be told apart
  const single = Object.keys(type.flags).filter((name) => Number.isInteger(Math.log2(type.flags[name] ?? 0)));
  return fc.subarray(single);
}

function recordOf(fields: Fields): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, valueOf(type)])));
}

const anyStep = fc
  .oneof(
    ...(Object.keys(STEPS) as StepKind[]).map((kind) => {
      const { on, fields } = STEPS[kind];
      return fc.record({
        kind: fc.constant(kind),
        on: fc.constantFrom(...on),
        because: fc.constant(''),
        fields: recordOf(fields),
      });
    }),
  )
  .map(({ fields, ...step }) => ({ ...step, ...fields }));

test('what is decoded is what was encoded', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 8 }), (steps) => {
      const plan = steps as unknown as Plan;
      const decoded = decodePlan(encodePlan(plan));
      const known = plan.map((step) =>
        withoutAtime(Object.fromEntries(Object.entries(step).filter(([name]) => name !== 'because'))),
      );
      expect(decoded.map((step) => withoutAtime({ ...step }))).toEqual(known);
    }),
    { numRuns: 300 },
  );
});

/** `atime` is the mask of the access times' flags, so it shows up with each of them. */
function withoutAtime(step: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(step).map(([name, value]) => {
    const isAttributes =
      Array.isArray(value) &&
      (value.includes('atime') || value.includes('noatime') || value.includes('strictatime'));
    return [name, isAttributes ? value.filter((flag) => flag !== 'atime') : value];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

test('a plan has one encoding', () => {
  const spec = usualSpec();
  expect(encodePlan(planOf(spec))).toEqual(encodePlan(planOf(structuredClone(spec))));
});

test('every kind of step survives with the values that it has in plans', () => {
  const plan = planOf(usualSpec({ hostname: 'web' }, { maskedPaths: ['/proc/kcore'] }));
  const kinds = decodePlan(encodePlan(plan)).map(({ kind, on }) => ({ kind, on }));
  expect(kinds).toEqual(plan.map(({ kind, on }) => ({ kind, on })));
});
