/** What is read as faultless must be what the reader that can complain reads without a word. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkProcess, checkSpec } from '../../src/spec/check.ts';
import { isFaultless, readFaultless } from '../../src/spec/faultless.ts';
import { formatJson } from '../../src/spec/json-format.ts';
import { parseStrictly } from '../../src/spec/json-strict.ts';
import { readSpec } from '../../src/spec/read.ts';
import type { Spec } from '../../src/spec/types.ts';
import { fullConfig } from './full-config.ts';
import { changed, goodConfig, put } from './samples.ts';

const docker = readFileSync(new URL('../../bench/docker.config.json', import.meta.url), 'utf8');

/** undefined where there is a problem or a warning. */
function readCarefully(text: string): Spec | undefined {
  const parsed = parseStrictly(text);
  const checked = parsed.ok ? checkSpec(parsed.value) : undefined;
  return checked?.ok === true && checked.warnings.length === 0 ? checked.value : undefined;
}

/** True where the text was read as faultless; then the careful reader must have read the same. */
function agree(text: string): boolean {
  const faultless = readFaultless(text);
  if (faultless === undefined) return false;
  expect(faultless.spec).toStrictEqual(readCarefully(text));
  if (!faultless.completed) expect(faultless.spec).toEqual(JSON.parse(text));
  return true;
}

describe('faultless', () => {
  test.each([
    ["Docker's usual config", docker],
    ['a config with every property', formatJson(fullConfig(), '  ')],
    ['a small config', JSON.stringify(goodConfig())],
    ['a config without a process', '{"ociVersion":"1.0.0","root":{"path":"r"}}'],
    ['keys of objects as names', JSON.stringify(changed({ '/annotations/constructor': 'x' }))],
  ])('%s', (_, text) => {
    expect(agree(text)).toBe(true);
  });

  test('names of annotations are no properties of all objects', () => {
    const spec = readFaultless(JSON.stringify(changed({ '/annotations/__proto__': 'x' })))?.spec;
    expect(Object.keys(spec?.annotations ?? {})).toEqual(['__proto__']);
    expect(spec?.annotations?.['toString']).toBeUndefined();
  });
});

describe('not faultless', () => {
  test.each<[string, unknown]>([
    ['/hooks', null],
    ['/unknown', { a: 1 }],
    ['/process/capabilities', { bounding: ['CAP_NEW'] }],
    ['/process/cwd', ''],
    ['/process/rlimits', [{ type: 'RLIMIT_AS', soft: 0, hard: 2 ** 53 }]],
    ['/root/path', undefined],
    ['/mounts/0/destination', 'proc'],
    ['/linux/namespaces', [{ type: 'pid' }, { type: 'pid' }]],
    ['/linux/sysctl/kernel.panic', '1'],
  ])('%s = %j', (pointer, value) => {
    expect(readFaultless(JSON.stringify(changed({ [pointer]: value })))).toBeUndefined();
  });

  test('a key that is there twice', () => {
    const text = JSON.stringify(goodConfig()).replace('{', '{"hostname":"other",');
    expect(readFaultless(text)).toBeUndefined();
    expect(() => readSpec(text, 'config.json')).toThrow('the key "hostname" is there twice in one object');
  });
});

/** JSON pointers of all that is in a value. */
function pointersOf(value: unknown, base = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const pointer = `${base}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [pointer, ...pointersOf(item, pointer)];
  });
}

function valuesOf(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return [value, ...Object.values(value).flatMap(valuesOf)];
}

describe('never without what the careful reader says', () => {
  const configs: unknown[] = [JSON.parse(docker), fullConfig(), goodConfig()];
  const places = configs.flatMap((config) => pointersOf(config).map((pointer) => ({ config, pointer })));
  const nasty = [
    undefined,
    null,
    '',
    'x',
    '/',
    'bind',
    0,
    -0,
    -1,
    1.5,
    2 ** 32,
    2 ** 53,
    1e300,
    true,
    [],
    {},
    [1],
  ];
  const values = [...nasty, ...configs.flatMap(valuesOf)];
  const change = fc.tuple(fc.constantFrom(...places), fc.constantFrom(...values));

  test('where a value is another, or is not there', () => {
    fc.assert(
      fc.property(change, fc.constantFrom('', '\t'), ([{ config, pointer }, value], indent) => {
        const copy = structuredClone(config);
        put(copy, pointer, structuredClone(value));
        agree(formatJson(copy, indent));
      }),
      { numRuns: 1500 },
    );
  });

  test('where some of the text is another', () => {
    const text = formatJson(fullConfig());
    const piece = fc.constantFrom(
      '',
      '"',
      ':',
      ',',
      '{',
      '}',
      '0',
      '"a":1,',
      '\\u0000',
      '\\',
      '9007199254740993',
      'null',
    );
    fc.assert(
      fc.property(fc.nat({ max: text.length }), fc.nat({ max: 2 }), piece, (at, cut, extra) => {
        agree(text.slice(0, at) + extra + text.slice(at + cut));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a process by itself', () => {
  const good = { cwd: '/', args: ['sh', '-c', 'true'], user: { uid: 0, gid: 0 } };

  test.each([
    ['as it should be', good, true],
    ['with an environment', { ...good, env: ['PATH=/bin', 'é=\u{1f600}'] }, true],
    ['in a relative directory', { ...good, cwd: 'tmp' }, false],
    ['with a NUL in an argument', { ...good, args: ['a\0b'] }, false],
    ['with half of a surrogate pair', { ...good, args: ['a\ud800'] }, false],
    ['with an unknown capability', { ...good, capabilities: { bounding: ['CAP_NEW'] } }, false],
    ['without arguments', { ...good, args: [] }, false],
  ])('%s', (_, process, is) => {
    const checked = checkProcess(process);
    expect(isFaultless(structuredClone(process))).toBe(is);
    expect(checked.ok && checked.warnings.length === 0).toBe(is);
  });
});
