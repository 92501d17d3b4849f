import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePlan } from '../../src/plan/encode.ts';
import { STEPS } from '../../src/plan/steps.ts';
import type { Plan, StepKind } from '../../src/plan/steps.ts';
import type { Fields, FieldType } from '../../src/plan/wire.ts';
import { decodePlan } from '../support/decode.ts';
import { planOf, usualSpec } from '../support/plan.ts';

const U32 = { max: 2 ** 32 - 1 };

/** Any text that a plan may hold. */
const text = fc.string({ unit: 'binary' }).map((any) => any.replaceAll('\0', ''));

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
      return text;
    case 'bytes':
      return fc.uint8Array();
    case 'strs':
      return fc.array(text);
    case 'u32s':
      return fc.array(fc.nat(U32));
  }
}

function composedOf(type: Exclude<FieldType, string>): fc.Arbitrary<unknown> {
  if ('list' in type) return fc.array(recordOf(type.list), { maxLength: 4 });
  if ('choice' in type) {
    return fc.constantFrom(...Object.keys(type.choice));
  }
  return fc.subarray(Object.keys(type.flags));
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
      expect(decoded.map((step) => ({ ...step, because: '' }))).toEqual(plan);
    }),
    { numRuns: 300 },
  );
});

test('a plan has one encoding', () => {
  const spec = usualSpec();
  expect(encodePlan(planOf(spec))).toEqual(encodePlan(planOf(structuredClone(spec))));
});

test('every kind of step survives with the values that it has in plans', () => {
  const plan = planOf(usualSpec({ hostname: 'web' }, { maskedPaths: ['/proc/kcore'] }));
  const kinds = decodePlan(encodePlan(plan)).map(({ kind, on }) => ({ kind, on }));
  expect(kinds).toEqual(plan.map(({ kind, on }) => ({ kind, on })));
});

const hostname = (name: string): Plan => [{ kind: 'hostname', on: 'init', because: '/hostname', name }];

test('half of a surrogate pair is refused, and the property that has it is named', () => {
  expect(() => encodePlan([...planOf(usualSpec()), ...hostname('a\ud800b')])).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: 'hostname: a text holds half of a surrogate pair',
      details: { path: '/hostname' },
    }),
  );
});

test('a NUL in a text makes more fields than the header tells', () => {
  expect(() => decodePlan(encodePlan(hostname('a\0b')))).toThrow('the number of fields is wrong');
});
