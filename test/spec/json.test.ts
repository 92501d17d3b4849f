import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/spec/json.ts';
import { formatJson } from '../../src/spec/json-format.ts';
import { parseStrictly } from '../../src/spec/json-strict.ts';
import { MAX_DEPTH } from '../../src/spec/json-value.ts';
import type { JsonValue } from '../../src/spec/json-value.ts';

function read(text: string): JsonValue {
  const result = parseJson(text);
  if (!result.ok) throw new Error(`${result.error.line}:${result.error.column}: ${result.error.message}`);
  return result.value;
}

function mistake(text: string): string {
  const result = parseJson(text);
  return result.ok ? 'none' : `${result.error.line}:${result.error.column}: ${result.error.message}`;
}

describe('mistakes, each at its line and column', () => {
  test.each([
    ['', '1:1: the text is empty'],
    [' \n ', '2:2: the text is empty'],
    ['\ufeff{}', '1:1: the text begins with a byte order mark: save it as UTF-8 without one'],
    ['{"a":1}\n{}', '2:1: unexpected { after the end of the value'],
    ['1 2', '1:3: unexpected 2 after the end of the value'],
    ['{"a":1,\n "b":2,\n}', '3:1: a comma before } with no property after it'],
    ['[1,]', '1:4: a comma before ] with no value after it'],
    ['[1,,2]', '1:4: unexpected , where a value is expected'],
    ['[1 2]', '1:4: unexpected 2 where a comma or the end of the array is expected'],
    ['[1', '1:3: the text ends where a comma or the end of the array is expected'],
    ['{"a" 1}', '1:6: unexpected 1 where a colon must follow the key "a"'],
    ['{"a":}', '1:6: unexpected } where a value is expected'],
    ['{"a":1 "b":2}', '1:8: unexpected " where a comma or the end of the object is expected'],
    ['{a:1}', '1:2: unexpected a where a key in double quotes is expected'],
    ["{'a':1}", "1:2: unexpected ' (strings take double quotes) where a key in double quotes is expected"],
    ['{', '1:2: the text ends where a key in double quotes is expected'],
    ['// x', '1:1: unexpected / (JSON has no comments) where a value is expected'],
    ['[\u00a01]', '1:2: unexpected character U+00A0 where a value is expected'],
    ['{\n\t"a": 1,\n\t"b": 2,\n\t"a": 3\n}', '4:2: the key "a" is there twice in one object'],
    ['{"a":1,"\\u0061":2}', '1:8: the key "a" is there twice in one object'],
    ['{"__proto__":1,"__proto__":2}', '1:16: the key "__proto__" is there twice in one object'],
    ['"a\\u0000b"', '1:3: a NUL character in a string: no path, name or argument can hold it'],
    ['"a\0b"', '1:3: a NUL character in a string: no path, name or argument can hold it'],
    ['"a\tb"', '1:3: control character U+0009 in a string: write it as an escape'],
    ['"a\nb"', '1:3: a line ends inside a string: close the string or write \\n'],
    ['["ab', '1:2: the text ends inside this string'],
    ['"ab\\', '1:4: a backslash with no escape after it'],
    ['"\\x41"', '1:2: \\x is not an escape of JSON'],
    ['"\\u12"', '1:2: the escape \\u needs four hexadecimal digits'],
    ['"\\ud800"', '1:2: U+D800 is half of a surrogate pair: it is no character'],
    ['"\\udc00\\ud800"', '1:2: U+DC00 is half of a surrogate pair: it is no character'],
    ['"\\ud800\\u0041"', '1:2: U+D800 is half of a surrogate pair: it is no character'],
    ['"x\ud800"', '1:3: U+D800 is half of a surrogate pair: it is no character'],
    ['True', '1:1: True is not a JSON value: write it in lower case'],
    ['nul', '1:1: nul is not a JSON value'],
    ['nulls', '1:1: nulls is not a JSON value'],
    ['NaN', '1:1: NaN is not a JSON value'],
    ['01', '1:1: 01 is not a JSON number'],
    ['+1', '1:1: +1 is not a JSON number'],
    ['.5', '1:1: .5 is not a JSON number'],
    ['1.', '1:1: 1. is not a JSON number'],
    ['-', '1:1: - is not a JSON number'],
    ['0x10', '1:1: 0x10 is not a JSON number'],
    ['1e', '1:1: 1e is not a JSON number'],
    ['[1,\r\n 1e999]', '2:2: 1e999 is beyond the range of numbers'],
    ['1'.repeat(50), `1:1: ${'1'.repeat(37)}... is beyond the range of numbers`],
    ['['.repeat(MAX_DEPTH + 1), `1:${MAX_DEPTH + 1}: more than 128 levels of arrays and objects`],
  ])('%j', (text, expected) => {
    expect(mistake(text)).toBe(expected);
  });
});

describe('values', () => {
  test.each<[string, JsonValue]>([
    ['0', 0],
    ['-0', -0],
    ['1e3', 1000],
    ['1.5E+2', 150],
    ['-12.25', -12.25],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740993', -9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"', '"\\/\b\f\n\r\té'],
    ['"\\ud83d\\ude00 😀 \ud83d\\ude00"', '😀 😀 😀'],
    ['[ ]', []],
    [' [ true , false , null ] ', [true, false, null]],
  ])('%s', (text, value) => {
    expect(read(text)).toStrictEqual(value);
    expect(parseStrictly(text)).toStrictEqual({ ok: true, value });
  });

  test('nesting up to the limit', () => {
    expect(mistake('['.repeat(MAX_DEPTH) + ']'.repeat(MAX_DEPTH))).toBe('none');
  });

  test('a key __proto__ is a key', () => {
    const value = read('{"__proto__":{"polluted":1},"constructor":2}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

/** No NUL and no lone surrogates, which the reader refuses. */
const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));
const number = fc.oneof(
  fc.integer(),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((n) => !Number.isInteger(n) || Number.isSafeInteger(n)),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    text,
    number,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('tree')),
    fc.dictionary(text, tie('tree')),
  ),
}));

/** The same with ordinary objects, as JSON.parse makes them. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

function isJson(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

describe('against JSON.parse', () => {
  test('what JSON.stringify writes is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(0, 1, '\t'), (value, indent) => {
        const json = JSON.stringify(value, null, indent);
        expect(plain(read(json))).toStrictEqual(JSON.parse(json));
      }),
    );
  });

  test('a text is refused by both or by neither, but for what this reader refuses more', () => {
    const more = /twice|NUL|surrogate|beyond the range|byte order/;
    const broken = fc.tuple(tree, fc.nat(), text).map(([value, place, extra]) => {
      const json = JSON.stringify(value, null, 1);
      const at = place % (json.length + 1);
      return json.slice(0, at) + extra.slice(0, 2) + json.slice(at + 1);
    });
    fc.assert(
      fc.property(broken, (json) => {
        const found = mistake(json);
        if (!more.test(found)) expect([json, found === 'none']).toEqual([json, isJson(json)]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('writing', () => {
  test('is JSON.stringify, with bigints in full', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom('', '\t', '  '), (value, indent) => {
        expect(formatJson(value, indent)).toBe(JSON.stringify(value, null, indent));
      }),
    );
    expect(formatJson({ a: [18446744073709551615n], b: undefined })).toBe('{"a":[18446744073709551615]}');
  });
});

test('a config of 15 KB is read in under 2 ms', () => {
  const names = Array.from({ length: 480 }, (_, at) => `a_system_call_${at}`);
  const json = JSON.stringify(
    { linux: { seccomp: { syscalls: [{ names, action: 'SCMP_ACT_ALLOW' }] } } },
    null,
    2,
  );
  expect(json.length).toBeGreaterThan(15_000);
  for (let round = 0; round < 200; round++) read(json);
  const times = Array.from({ length: 50 }, () => {
    const start = performance.now();
    read(json);
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(2);
});
