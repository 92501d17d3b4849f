import { describe, expect, it } from 'vitest';
import type { EntryType, TarEntry } from '../../../src/image/tar/entry.ts';
import { brief, entry, judged, linesOf } from '../../support/layer.ts';

const TYPES: readonly EntryType[] = [
  'file',
  'directory',
  'symlink',
  'hardlink',
  'character',
  'block',
  'fifo',
];

const refusal = (...entries: readonly TarEntry[]) => expect(() => judged(entries));

describe('names', () => {
  it.each([
    ['a', 'file a'],
    ['./a', 'file a'],
    ['/a', 'file a'],
    ['//.//a', 'file a'],
    ['a\\..\\b', 'file a\\..\\b'],
    ['...', 'file ...'],
    ['\xff\xfe', 'file \xff\xfe'],
  ])('%j', (name, line) => {
    expect(linesOf(name)).toEqual([line]);
  });

  it.each([
    ['', 'entry "": the name is empty'],
    ['..', 'entry "..": the name has a component ".."'],
    ['../x', 'entry "../x": the name has a component ".."'],
    ['a/../../x', 'entry "a/../../x": the name has a component ".."'],
    ['a/..', 'entry "a/..": the name has a component ".."'],
    ['a\0b', 'entry "a\\u0000b": the name has a NUL'],
    ['x'.repeat(256), 'a component has more than 255 bytes'],
    [`${'x'.repeat(256)}/y`, 'a component has more than 255 bytes'],
    ['x/'.repeat(2048), 'the name has more than 4095 bytes'],
  ])('%j is refused whatever its type', (name, message) => {
    for (const type of TYPES) refusal(entry(name, { type, target: 'b' })).toThrow(message);
  });

  it.each(['/', '.', './', '//./'])('%j is the root, which can be a directory alone', (name) => {
    expect(judged([entry(name, { type: 'directory', mode: 0o700 })]).actions).toMatchObject([
      { kind: 'directory', path: '', attributes: { mode: 0o700 } },
    ]);
    for (const type of TYPES.filter((each) => each !== 'directory')) {
      refusal(entry(name, { type, target: 'b' })).toThrow(
        `entry "${name}": the layer's root is a directory, not a ${type}`,
      );
    }
  });

  it('a root without an entry is as that of the layer below', () => {
    expect(judged([])).toMatchObject({ first: { kind: 'imply', path: '' }, actions: [] });
  });
});

describe('parents', () => {
  it.each<[string, string[], string[]]>([
    [
      'missing ones are implied, once',
      ['a/b/c', 'a/b/d'],
      ['imply a', 'imply a/b', 'file a/b/c', 'file a/b/d'],
    ],
    ['one may be named later', ['a/b', 'a/'], ['imply a', 'file a/b', 'directory a']],
    [
      'a directory twice keeps what is in it',
      ['a/', 'a/b', 'a/'],
      ['directory a', 'file a/b', 'directory a'],
    ],
    [
      'links are followed',
      ['lib -> usr/lib', 'lib/x'],
      ['symlink lib -> usr/lib', 'imply usr', 'imply usr/lib', 'file usr/lib/x'],
    ],
    ['absolute links are followed in the root', ['a -> /', 'a/x'], ['symlink a -> /', 'file x']],
    ['.. ends at the root', ['a -> ../../../b', 'a/x'], ['symlink a -> ../../../b', 'imply b', 'file b/x']],
    [
      '.. is that of where a link led to',
      ['d/e/', 'l -> d/e', 'm -> l/../f', 'm/x'],
      ['imply d', 'directory d/e', 'symlink l -> d/e', 'symlink m -> l/../f', 'imply d/f', 'file d/f/x'],
    ],
    ['the last component is not followed', ['l -> t', 'l'], ['symlink l -> t', 'file l']],
    [
      'what is no directory is replaced; what lower layers had there had gone with it',
      ['f', 'f/x'],
      ['file f', 'imply f', 'opaque f', 'file f/x'],
    ],
    [
      'a link that became a directory is no link any more',
      ['l -> t', 'l/', 'l/x'],
      ['symlink l -> t', 'directory l', 'opaque l', 'file l/x'],
    ],
    [
      'a directory that became a file has nothing in it any more',
      ['d/', 'd/l -> t', 'd', 'd/l/x'],
      ['directory d', 'symlink d/l -> t', 'file d', 'imply d', 'opaque d', 'imply d/l', 'file d/l/x'],
    ],
  ])('%s', (_, entries, lines) => {
    expect(linesOf(...entries)).toEqual(lines);
  });

  it('links that lead nowhere in the end are refused', () => {
    refusal(brief('a -> b'), brief('b -> a'), brief('a/x')).toThrow(
      'entry "a/x": too many levels of symbolic links',
    );
  });

  it('forty links on the way are followed, more are not', () => {
    const links = Array.from({ length: 41 }, (_, index) => brief(`l${index} -> l${index + 1}`));
    expect(judged([...links, brief('l1/x')]).actions.at(-1)).toMatchObject({ path: 'l41/x' });
    refusal(...links, brief('l0/x')).toThrow('too many levels of symbolic links');
  });

  it('a path may not grow by links', () => {
    const long = `${`${'x'.repeat(200)}/`.repeat(15)}y`;
    refusal(brief(`a -> ${long}`), brief(`b -> a/${long}`), brief('b/c')).toThrow(
      'the path has more than 4095 bytes without links',
    );
  });

  it.each(['x'.repeat(256), '.wh.x', '.wh.'])('a link may not bring about a component %s', (target) => {
    refusal(brief(`l -> ${target}`), brief('l/x')).toThrow('entry "l/x": a component');
  });
});

describe('types', () => {
  it.each<[string, Partial<TarEntry>, object]>([
    ['file', { size: 7 }, { kind: 'file', size: 7 }],
    [
      'sparse file',
      { size: 9, extents: [{ offset: 2, length: 1 }] },
      { kind: 'file', extents: [{ offset: 2, length: 1 }] },
    ],
    [
      'symlink',
      { type: 'symlink', target: '../../etc/passwd' },
      { kind: 'symlink', target: '../../etc/passwd' },
    ],
    [
      'character',
      { type: 'character', device: { major: 1, minor: 3 } },
      { kind: 'device', type: 'character', major: 1, minor: 3 },
    ],
    [
      'block',
      { type: 'block', device: { major: 8, minor: 0 } },
      { kind: 'device', type: 'block', major: 8, minor: 0 },
    ],
    ['fifo', { type: 'fifo' }, { kind: 'fifo' }],
  ])('%s', (_, fields, action) => {
    const { actions, wanted } = judged([entry('x', fields)]);
    expect(actions[0]).toMatchObject({ path: 'x', ...action });
    expect(wanted).toEqual([(fields.type ?? 'file') === 'file']);
  });

  it.each<[string, Partial<TarEntry>, string]>([
    ['a link to nothing', { type: 'symlink' }, 'a symbolic link without a target'],
    ['a link to a NUL', { type: 'symlink', target: 'a\0' }, 'the target has a NUL'],
    [
      'a link to a long name',
      { type: 'symlink', target: 'a'.repeat(4096) },
      'the target has more than 4095 bytes',
    ],
    ['0:0', { type: 'character' }, 'device 0:0 would be a whiteout of overlayfs'],
    ['0:0 of the other type', { type: 'block' }, 'device 0:0 would be a whiteout of overlayfs'],
  ])('%s is refused', (_, fields, message) => {
    refusal(entry('x', fields)).toThrow(`entry "x": ${message}`);
  });
});
