import { describe, expect, it } from 'vitest';
import type { TarEntry } from '../../../src/image/tar/entry.ts';
import { brief, entry, judged, linesOf } from '../../support/layer.ts';

const refusal = (...entries: readonly TarEntry[]) => expect(() => judged(entries));

describe('hard links', () => {
  it.each<[string, string[], string[]]>([
    ['to a file of the layer', ['a', 'b = a'], ['file a', 'hardlink b = a']],
    ['whose target is absolute', ['d/a', 'b = /./d//a'], ['imply d', 'file d/a', 'hardlink b = d/a']],
    ['to a symbolic link, which is not followed', ['l -> a', 'b = l'], ['symlink l -> a', 'hardlink b = l']],
    [
      'to a link, which is then a link',
      ['l -> d', 'm = l', 'm/x'],
      ['symlink l -> d', 'hardlink m = l', 'imply d', 'file d/x'],
    ],
    [
      'through links of the layer',
      ['l -> d', 'd/a', 'l/b = l/a'],
      ['symlink l -> d', 'imply d', 'file d/a', 'hardlink d/b = d/a'],
    ],
    ['to a hard link', ['a', 'b = a', 'c = b'], ['file a', 'hardlink b = a', 'hardlink c = b']],
    ['twice', ['a', 'b = a', 'b = a'], ['file a', 'hardlink b = a', 'hardlink b = a']],
    ['to a file of a lower layer', ['b = d/a'], ['imply d', 'copy-up d/a', 'hardlink b = d/a']],
    ['to that once more', ['b = a', 'c = a'], ['copy-up a', 'hardlink b = a', 'hardlink c = a']],
    ['in place of a directory', ['d/x', 'a', 'd = a'], ['imply d', 'file d/x', 'file a', 'hardlink d = a']],
  ])('%s', (_, entries, lines) => {
    expect(linesOf(...entries)).toEqual(lines);
  });

  it('set what their own headers say, as containerd and podman have it', () => {
    const link = entry('b', {
      type: 'hardlink',
      target: 'a',
      mode: 0o4755,
      uid: 7,
      xattrs: new Map([['user.x', 'y']]),
    });
    expect(judged([entry('a'), link]).actions[1]).toMatchObject({
      kind: 'hardlink',
      attributes: {
        mode: 0o4755,
        uid: 7,
        mtime: { seconds: 1_600_000_000 },
        xattrs: new Map([['user.x', 'y']]),
      },
    });
  });
});

describe('hard links that are refused', () => {
  it.each<[string, string[], string]>([
    ['to a directory', ['d/', 'b = d'], 'entry "b": its target "d": it is a directory'],
    ['to an implied directory', ['d/x', 'b = d'], 'it is a directory'],
    ['to the root', ['b = /'], 'it is the root'],
    ['to nothing', ['b = '], 'the name is empty'],
    ['to itself', ['a', 'a = a'], 'entry "a": its target "a": it is the entry itself'],
    ['to itself through a link', ['l -> .', 'a', 'a = l/a'], 'it is the entry itself'],
    ['to what it replaces', ['d/x', 'd = d/x'], 'it lies in what the entry replaces'],
    ['to a file that has to be the directory of the link', ['a', 'a/b = a'], 'it is a directory'],
    ['to outside', ['b = ../a'], 'the name has a component ".."'],
    [
      'to outside by detours',
      ['a/b/up -> ../..', 'a/b/escape -> up/../..', 'x = a/b/escape/..'],
      'the name has a component ".."',
    ],
    ['to what a whiteout hides', ['.wh.a', 'b = a'], 'a whiteout hides it'],
    ['to a whiteout', ['.wh.a', 'b = .wh.a'], 'a component begins with ".wh."'],
    ['to what a whiteout hides with its directory', ['.wh.d', 'b = d/a'], 'there is no such file'],
    ['to what an opaque marker hides', ['d/.wh..wh..opq', 'b = d/a'], 'there is no such file'],
    ['to what lies below a file', ['f', 'b = f/a'], 'there is no such file'],
    ['to a name that cannot be', [`b = ${'x'.repeat(256)}`], 'a component has more than 255 bytes'],
    ['through links without end', ['l -> l', 'b = l/a'], 'too many levels of symbolic links'],
  ])('%s', (_, entries, message) => {
    refusal(...entries.map((each) => brief(each))).toThrow(message);
  });
});
