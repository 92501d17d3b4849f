import { describe, expect, it } from 'vitest';
import type { EntryType, TarEntry } from '../../../src/image/tar/entry.ts';
import { brief, entry, judged, linesOf } from '../../support/layer.ts';

const refusal = (...entries: readonly TarEntry[]) => expect(() => judged(entries));

describe('whiteouts hide what lower layers have', () => {
  it.each<[string, string[], string[]]>([
    ['in the root', ['.wh.x'], ['whiteout x']],
    ['elsewhere, whose directories are implied', ['a/b/.wh.x'], ['imply a', 'imply a/b', 'whiteout a/b/x']],
    ['through a link of the layer', ['l -> d', 'l/.wh.x'], ['symlink l -> d', 'imply d', 'whiteout d/x']],
    ['twice', ['.wh.x', '.wh.x'], ['whiteout x']],
    ['of a name like theirs', ['.wh....'], ['whiteout ...']],
    ['of an absolute path', ['/a/.wh.x'], ['imply a', 'whiteout a/x']],
  ])('%s', (_, entries, lines) => {
    expect(linesOf(...entries)).toEqual(lines);
  });
});

describe('whiteouts never hide what their own layer has', () => {
  it.each<[string, string[], string[]]>([
    ['a file', ['x', '.wh.x'], ['file x']],
    ['a link', ['x -> y', '.wh.x'], ['symlink x -> y']],
    ['a directory, which becomes opaque', ['d/', '.wh.d'], ['directory d', 'opaque d']],
    ['a directory with a file', ['d/x', '.wh.d'], ['imply d', 'file d/x', 'opaque d']],
    ['a file that comes later', ['.wh.x', 'x'], ['whiteout x', 'file x']],
    ['a directory that comes later', ['.wh.d', 'd/'], ['whiteout d', 'directory d', 'opaque d']],
    ['what comes later in it', ['.wh.d', 'd/x'], ['whiteout d', 'imply d', 'opaque d', 'file d/x']],
    ['twice', ['d/', '.wh.d', '.wh.d'], ['directory d', 'opaque d']],
    ['what lies where a link leads', ['l -> d', 'd/x', 'l/.wh.x'], ['symlink l -> d', 'imply d', 'file d/x']],
    ['a file by one of what lower layers had below it', ['x', 'x/.wh.y'], ['file x']],
    ['a whiteout by one below it', ['.wh.d', 'd/.wh.x'], ['whiteout d']],
    [
      "a directory that has nothing but whiteouts is not the layer's own",
      ['d/e/.wh.x', '.wh.d'],
      ['imply d', 'imply d/e', 'whiteout d/e/x', 'remove d/e/x', 'remove d/e', 'whiteout d'],
    ],
  ])('%s', (_, entries, lines) => {
    expect(linesOf(...entries)).toEqual(lines);
  });
});

describe('opaque markers', () => {
  it.each<[string, string[], string[]]>([
    ['before what is in the directory', ['d/.wh..wh..opq', 'd/x'], ['imply d', 'opaque d', 'file d/x']],
    ['behind it', ['d/', 'd/x', 'd/.wh..wh..opq'], ['directory d', 'file d/x', 'opaque d']],
    ['in the root', ['x', '.wh..wh..opq'], ['file x', 'opaque .']],
    [
      'where a link of the layer leads',
      ['l -> d', 'l/.wh..wh..opq'],
      ['symlink l -> d', 'imply d', 'opaque d'],
    ],
    ['twice', ['d/.wh..wh..opq', 'd/.wh..wh..opq'], ['imply d', 'opaque d']],
    ['make later whiteouts needless', ['d/.wh..wh..opq', 'd/.wh.x', 'd/e/.wh.x'], ['imply d', 'opaque d']],
    [
      'and earlier ones',
      ['d/e/', 'd/.wh.x', 'd/e/.wh.y', 'd/.wh..wh..opq'],
      [
        'imply d',
        'directory d/e',
        'whiteout d/x',
        'whiteout d/e/y',
        'remove d/e/y',
        'remove d/x',
        'opaque d',
      ],
    ],
    [
      'and others below, of which only what the layer itself has stays',
      ['d/e/.wh..wh..opq', 'd/f/.wh..wh..opq', 'd/f/x', 'd/.wh..wh..opq'],
      [
        'imply d',
        'imply d/e',
        'opaque d/e',
        'imply d/f',
        'opaque d/f',
        'file d/f/x',
        'remove d/e',
        'opaque d',
      ],
    ],
    ['say nothing of a file of the layer', ['x', 'x/.wh..wh..opq'], ['file x']],
    ['say nothing below a whiteout', ['.wh.d', 'd/.wh..wh..opq'], ['whiteout d']],
    [
      'hold for directories that replace something in them',
      ['d/.wh..wh..opq', 'd/x', 'd/x/y'],
      ['imply d', 'opaque d', 'file d/x', 'imply d/x', 'file d/x/y'],
    ],
  ])('%s', (_, entries, lines) => {
    expect(linesOf(...entries)).toEqual(lines);
  });

  it.each([
    [['.wh..wh..opq', 'a'], true],
    [['a', '/.wh..wh..opq'], true],
    [['l -> /', 'l/.wh..wh..opq'], true],
    [['d/.wh..wh..opq'], false],
  ])('the root of %j is opaque: %s', (entries, opaque) => {
    expect(judged(entries.map((each) => brief(each))).opaque).toBe(opaque);
  });
});

describe('what only looks like a whiteout', () => {
  it.each([
    ['.wh.', 'entry ".wh.": a whiteout without a name'],
    ['d/.wh.', 'entry "d/.wh.": a whiteout without a name'],
    ['.wh..', 'entry ".wh..": a whiteout of "."'],
    ['.wh...', 'entry ".wh...": a whiteout of ".."'],
    ['d/.wh...', 'entry "d/.wh...": a whiteout of ".."'],
    ['.wh.x/y', 'entry ".wh.x/y": a component begins with ".wh.", which whiteouts alone may'],
    ['.wh..wh..opq/y', 'a component begins with ".wh."'],
    [`.wh.${'x'.repeat(256)}`, 'a component has more than 255 bytes'],
  ])('%s is refused', (name, message) => {
    refusal(entry(name)).toThrow(message);
  });

  it.each<EntryType>(['directory', 'symlink', 'hardlink', 'character', 'block', 'fifo'])(
    'a whiteout of type %s is refused',
    (type) => {
      const fields = { type, target: 'a', device: { major: 1, minor: 3 } };
      refusal(entry('.wh.x', fields)).toThrow(`entry ".wh.x": a whiteout that is no file (${type})`);
      refusal(entry('d/.wh..wh..opq', fields)).toThrow(`a whiteout that is no file (${type})`);
    },
  );

  it('whiteouts that are links of one another are as aufs made them', () => {
    expect(linesOf('.wh.x', 'd/.wh.y = .wh.x')).toEqual(['whiteout x', 'imply d', 'whiteout d/y']);
  });

  it("aufs' own files are left out, with a word", () => {
    const { actions, warnings, wanted } = judged([
      entry('.wh..wh.aufs'),
      brief('.wh..wh.plnk/'),
      entry('.wh..wh.plnk/1.2'),
      entry('d/.wh..wh.orph/x'),
    ]);
    expect(actions).toEqual([]);
    expect(warnings).toEqual(['entry ".wh..wh.aufs": .wh..wh.* is left out: these are aufs\' own']);
    expect(wanted).toEqual([false, false, false, false]);
  });

  it("the content of a whiteout is nobody's", () => {
    expect(judged([entry('.wh.x', { size: 5 })]).wanted).toEqual([false]);
  });
});
