/** The engine's own reader may be believed only where the strict one says the same. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuickly } from '../../src/spec/json-quick.ts';
import { parseStrictly } from '../../src/spec/json-strict.ts';
import { MAX_DEPTH } from '../../src/spec/json-value.ts';
import type { JsonValue } from '../../src/spec/json-value.ts';

/** Every object as the list of its keys and values: prototypes do not count, order and -0 do. */
function spelled(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(spelled);
  if (typeof value !== 'object' || value === null) return value;
  return { entries: Object.entries(value).map(([key, item]) => [key, spelled(item)]) };
}

/** True where the quick reader took the text; it must have said what the strict one says. */
function agree(text: string): boolean {
  const quick = parseQuickly(text);
  if (quick === undefined) return false;
  const strict = parseStrictly(text);
  expect([text, strict.ok]).toEqual([text, true]);
  if (quick.ok && strict.ok) expect(spelled(quick.value)).toStrictEqual(spelled(strict.value));
  return true;
}

describe('texts that the quick reader takes', () => {
  test.each([
    '{}',
    ' [1, 2.0, 3e2, -0] ',
    '{"a" : {"b"\n: 1}, "c": [{"a": 1}, {"a": 2}]}',
    '{"":{"":""}}',
    '{"json":"{\\"a\\":1,\\"b\\":{}}"}',
    '{"shell":"a & b: \\u003c\\u00e9","list":"a:b:c"}',
    '{"__proto__":{"a":1},"constructor":2,"10":3,"9":4}',
    '"\ud83d\ude00"',
    '9007199254740991',
    '['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH),
  ])('%s', (text) => {
    expect(agree(text)).toBe(true);
  });
});

describe('texts that it leaves to the strict one', () => {
  test.each([
    '',
    '\ufeff{}',
    '{"a":1,}',
    '{"a":1,"a":1}',
    '{"a":1,"a" :1}',
    '{"a":1,"\\u0061":1}',
    '{"a\\\\":1,"a\\\\":2,"b":"\\":"}',
    '{"a":{"b":1,"c":2},"a":{"d":":"}}',
    '{"__proto__":1,"__proto__":2}',
    '[{"a":1},{"a":1,"a":2}]',
    '"\\u0000"',
    '"\\ud83d\\ude00"',
    '"\\uDC00"',
    '"\ud800"',
    '1e400',
    '-1e400',
    '9007199254740992',
    '[[18446744073709551615]]',
    '1.5',
    '['.repeat(MAX_DEPTH + 1) + ']'.repeat(MAX_DEPTH + 1),
    '['.repeat(100_000),
  ])('%s', (text) => {
    expect(parseQuickly(text)).toBeUndefined();
  });
});

/** Pieces of JSON, those most of all that a look at the text could take for something else. */
const piece = fc.constantFrom(
  ...[
    '"a"',
    '"b"',
    '"__proto__"',
    '"a\\\\"',
    '"\\u0061"',
    '"\\""',
    '":"',
    '"\\":"',
    '"a:b"',
    '" :"',
    '"\\\\":',
  ],
  ...[':', ':', ':', ' : ', '\n:', ',', ',', '{', '}', '{', '}', '[', ']', '"', '\\', ' ', '\ufeff', '\0'],
  ...['1', '-0', '0', '1e400', '9007199254740993', '0.5', 'null', 'true', '\\u0000', '\\ud800', '\ud800'],
);

const key = fc.constantFrom('a', 'b', '', '__proto__', 'a\\', '"', ':', ' :', '10', '9', 'é');
const leaf = fc.constantFrom(
  ...['1', '-0', '1e2', '0.1', '1e400', '9007199254740992', '12345678901234567890', 'null', 'true'],
  ...[
    '""',
    '"\\":"',
    '"\\\\"',
    '"a\\\\\\":"',
    '"\\u0026"',
    '"\\u0000"',
    '"\\ud83d\\ude00"',
    '"😀"',
    '"x :y"',
  ],
);
const space = fc.constantFrom('', '', '', ' ', '\n\t');

/** Well-formed JSON whose objects may have equal keys, and space anywhere. */
const { document } = fc.letrec<{ document: string }>((tie) => {
  const member = fc
    .tuple(key, space, space, tie('document'))
    .map(([name, before, after, value]) => `${JSON.stringify(name)}${before}:${after}${value}`);
  return {
    document: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      leaf,
      fc.array(member, { maxLength: 4 }).map((members) => `{${members.join(',')}}`),
      fc.array(tie('document'), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
    ),
  };
});

describe('the two never differ', () => {
  test('for well-formed texts', () => {
    fc.assert(
      fc.property(document, (text) => void agree(text)),
      { numRuns: 3000 },
    );
  });

  test('for well-formed texts with a piece changed', () => {
    const broken = fc.tuple(document, fc.nat(), fc.nat({ max: 3 }), piece);
    fc.assert(
      fc.property(broken, ([text, place, cut, extra]) => {
        const at = place % (text.length + 1);
        agree(text.slice(0, at) + extra + text.slice(at + cut));
      }),
      { numRuns: 3000 },
    );
  });

  test('for pieces of JSON in any order', () => {
    const pieces = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(pieces, (text) => void agree(text)),
      { numRuns: 3000 },
    );
  });

  test('for what JSON.stringify writes, which is seldom left to the strict one', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        taken += agree(JSON.stringify(value, null, indent)) ? 1 : 0;
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(30);
  });
});
