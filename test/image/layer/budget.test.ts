import { expect, it } from 'vitest';
import { RuntsError } from '../../../src/errors.ts';
import { checkTogether, mostUnpacked } from '../../../src/image/layer/budget.ts';
import { type JudgeOptions, layerJudge } from '../../../src/image/layer/judge.ts';
import type { TarEntry } from '../../../src/image/tar/entry.ts';
import { brief, entry, judged } from '../../support/layer.ts';

function refusalOf(entries: readonly TarEntry[], options: Partial<JudgeOptions>): RuntsError {
  try {
    judged(entries, options);
  } catch (error) {
    if (error instanceof RuntsError) return error;
    throw error;
  }
  throw new Error('not refused');
}

const MIB = 2 ** 20;
const large = entry('x', { size: 300 * MIB });

it.each<[string, TarEntry[], Partial<JudgeOptions>, string, string]>([
  [
    'bytes',
    [entry('a', { size: 8 }), entry('b', { size: 8 })],
    { budget: { bytes: 17 } },
    'entry "b": the layer unpacks to more than 17 bytes',
    '--max-layer-bytes',
  ],
  [
    'bytes that are holes',
    [entry('a', { size: 2 ** 50, extents: [] })],
    {},
    'entry "a": the layer unpacks to more than 68719476736 bytes',
    '--max-layer-bytes',
  ],
  [
    'entries',
    [brief('a'), brief('b')],
    { budget: { entries: 1 } },
    'entry "b": the layer has more than 1 entries and directories',
    '--max-layer-entries',
  ],
  [
    'directories implied',
    [brief('a/b/c')],
    { budget: { entries: 2 } },
    'entry "a/b/c": the layer has more than 2 entries and directories',
    '--max-layer-entries',
  ],
  [
    'depth',
    [brief('a/b/'), brief('a/b/c/')],
    { budget: { depth: 2 } },
    'entry "a/b/c/": the path has more than 2 components',
    '--max-depth',
  ],
  [
    'depth by links',
    [brief('l -> a/b'), brief('l/c')],
    { budget: { depth: 2 } },
    'entry "l/c": the path has more than 2 components',
    '--max-depth',
  ],
  [
    'depth of a target',
    [brief('x = a/b/c')],
    { budget: { depth: 2 } },
    'the path has more than 2 components',
    '--max-depth',
  ],
  [
    'names',
    [brief('l -> abc')],
    { budget: { names: 3 } },
    'entry "l": the names of the layer\'s entries have more than 3 bytes',
    '--max-name-bytes',
  ],
  [
    'paths of directories, which links make long',
    [brief('a/b/c/'), brief('l -> a/b/c'), brief('l/d/')],
    { budget: { names: 30 } },
    'entry "l/d/": the names of the layer\'s entries have more than 30 bytes',
    '--max-name-bytes',
  ],
  [
    'xattrs',
    [entry('x', { xattrs: new Map([['user.a', 'bc']]) })],
    { budget: { xattrs: 7 } },
    'entry "x": the extended attributes have more than 7 bytes',
    '--max-xattr-bytes',
  ],
  [
    'ratio',
    [large],
    { packed: MIB },
    'entry "x": the layer unpacks to more than 250 times its packed size',
    '--max-ratio',
  ],
  [
    'ratio to nothing',
    [large],
    { packed: 0 },
    'the layer unpacks to more than 250 times its packed size',
    '--max-ratio',
  ],
])('%s', (_, entries, options, message, flag) => {
  const error = refusalOf(entries, options);
  expect(error.code).toBe('TOO_LARGE');
  expect(error.message).toContain(message);
  expect(error.details.hint).toBe(`${flag} raises that limit, for images that you trust`);
});

it('what is within its limits is counted', () => {
  const xattrs = new Map([['user.a', 'bc']]);
  const entries = [entry('d/x', { size: 10, xattrs }), brief('l -> abc'), brief('.wh.y')];
  expect(judged(entries)).toMatchObject({ entries: 4, bytes: 10 + 3 + 8 + 4 + 5 });
});

it('a small layer of zeros is no bomb, nor is a large one that packs well enough', () => {
  expect(judged([entry('x', { size: 250 * MIB })], { packed: 1000 }).entries).toBe(1);
  expect(judged([large], { packed: 2 * MIB }).entries).toBe(1);
});

it('an archive may become what its packed bytes can mean, and no more than a layer', () => {
  const budget = { bytes: 2 ** 30, ratio: 250 };
  expect([1000, 2 * MIB, 100 * MIB].map((packed) => mostUnpacked(budget, packed))).toEqual([
    256 * MIB,
    500 * MIB,
    2 ** 30,
  ]);
});

it('layers that are there already cost nothing, whatever the ratio', () => {
  expect(() => checkTogether({ ratio: Infinity }, { unpacked: 0, packed: 0 })).not.toThrow();
});

it('a look-up through links ends', () => {
  const detour = 'a/../'.repeat(800);
  const links = [brief(`l -> ${detour}m`), brief(`m -> ${detour}b`)];
  expect(judged([...links, brief('m/x')]).actions.at(-1)).toMatchObject({ path: 'b/x' });
  expect(() => judged([...links, brief('l/x')])).toThrow(
    'too many components on the way through symbolic links',
  );
});

it('what is no entry counts as well', () => {
  const judge = layerJudge({ emit: () => undefined, packed: MIB });
  judge.read(250 * MIB);
  judge.read(6 * MIB);
  expect(() => judge.read(1)).toThrow('the layer unpacks to more than 250 times its packed size');
});
