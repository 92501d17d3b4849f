import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TarEntry } from '../../../src/image/tar/entry.ts';
import { tarReader } from '../../../src/image/tar/reader.ts';
import { tarWriter } from '../../../src/image/tar/writer.ts';
import { type ReadEntry, readAll } from '../../support/tar-read.ts';
import { FILE, sized, write } from '../../support/tar-write.ts';

/** Types of the headers that an archive has, those of pax included. */
const types = (archive: Buffer): string =>
  Array.from({ length: archive.length / 512 }, (_, index) => archive.subarray(index * 512, (index + 1) * 512))
    .filter((block) => block.toString('latin1', 257, 262) === 'ustar')
    .map((block) => block.toString('latin1', 156, 157))
    .join('');

const long = (length: number): string => `${'d'.repeat(length - 2)}/f`;
const links = (target: string): Partial<ReadEntry> => ({ type: 'symlink', target });

describe('what ustar can say has no extended header', () => {
  it.each<[string, Partial<ReadEntry>, string]>([
    ['a plain file', { content: 'x'.repeat(600), mtime: { seconds: 1_700_000_000, nanoseconds: 0 } }, '0'],
    ['a name of 100 bytes', { name: 'n'.repeat(100) }, '0'],
    ['a name with a prefix', { name: `${'d'.repeat(155)}/${'n'.repeat(100)}` }, '0'],
    ['a target of 100 bytes', links('t'.repeat(100)), '2'],
    ['an id of 21 bits', { uid: 0o7777777, gid: 0o7777777 }, '0'],
    ['a time of 33 bits', { mtime: { seconds: 0o77777777777, nanoseconds: 0 } }, '0'],
    ['a device', { type: 'block', device: { major: 4095, minor: 1048575 } }, '4'],
    ['a name of 101 bytes without a slash', { name: 'n'.repeat(101) }, 'x0'],
    ['a name with a prefix of 156 bytes', { name: `${'d'.repeat(156)}/${'n'.repeat(100)}` }, 'x0'],
    ['a directory of 101 bytes', { type: 'directory', name: `${'d'.repeat(101)}/` }, 'x5'],
    ['a name that is UTF-8', { name: 'caf\u00c3\u00a9' }, 'x0'],
    ['a name that is not UTF-8', { name: 'caf\u00e9' }, 'x0'],
    ['a target of 101 bytes', links('t'.repeat(101)), 'x2'],
    ['an id of 22 bits', { uid: 0o10000000, gid: 4294967294 }, 'x0'],
    ['nanoseconds', { mtime: { seconds: 1, nanoseconds: 20 } }, 'x0'],
    ['a time before 1970', { mtime: { seconds: -2, nanoseconds: 1 } }, 'x0'],
    ['a time of 34 bits', { mtime: { seconds: 0o100000000000, nanoseconds: 0 } }, 'x0'],
    ['attributes', { xattrs: new Map([['security.capability', '\u0001\0\n=']]) }, 'x0'],
  ])('%s', (_, fields, expected) => {
    const entry = sized(fields);
    const archive = write([entry]);
    expect(types(archive)).toBe(expected);
    expect(readAll(archive)).toEqual([entry]);
  });

  it.each([
    [2 ** 33 - 1, '0'],
    [2 ** 33, 'x0'],
    [Number.MAX_SAFE_INTEGER, 'x0'],
  ])('a size of %s', (size, expected) => {
    const headers: Buffer[] = [];
    tarWriter((bytes) => void headers.push(Buffer.from(bytes))).entry({ ...FILE, size });
    expect(types(Buffer.concat(headers))).toBe(expected);
    const sizes: number[] = [];
    const reader = tarReader({ entry: (entry) => void sizes.push(entry.size), content: () => undefined });
    reader.push(Buffer.concat(headers));
    expect(sizes).toEqual([size]);
  });
});

const bytes = fc
  .string({ unit: 'binary-ascii', minLength: 1, maxLength: 300 })
  .map((text) => text.replaceAll('\0', '\u00ff'));
const name = fc.oneof(
  bytes,
  fc.tuple(fc.constantFrom(90, 155, 160, 300), bytes).map(([n, end]) => `${long(n)}/${end}`),
);
const type = fc.constantFrom<TarEntry['type']>(
  'directory',
  'symlink',
  'hardlink',
  'character',
  'block',
  'fifo',
);
const common = {
  name,
  mode: fc.nat({ max: 0o7777 }),
  uid: fc.nat({ max: 0xffff_fffe }),
  gid: fc.nat({ max: 0xffff_fffe }),
  mtime: fc.record({
    seconds: fc.maxSafeInteger().map((n) => n || 0),
    nanoseconds: fc.nat({ max: 999_999_999 }),
  }),
  xattrs: fc
    .array(
      fc.tuple(
        bytes.map((text) => `user.${text.replaceAll('=', '')}`),
        fc.string({ unit: 'binary-ascii' }),
      ),
    )
    .map((pairs) => new Map(pairs)),
};
const entry: fc.Arbitrary<ReadEntry> = fc.oneof(
  fc
    .record({ ...common, content: fc.string({ unit: 'binary-ascii', maxLength: 1500 }) })
    .map((fields) => sized(fields)),
  fc
    .tuple(fc.record(common), type, bytes, fc.nat({ max: 4095 }), fc.nat({ max: 1048575 }))
    .map(([fields, kind, target, major, minor]) =>
      sized({
        ...fields,
        type: kind,
        target: kind.endsWith('link') ? target : '',
        device: kind === 'character' || kind === 'block' ? { major, minor } : FILE.device,
      }),
    ),
);

it('is read as it was written', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 4 }), (entries) => {
      expect(readAll(write(entries))).toEqual(entries);
    }),
    { numRuns: 400 },
  );
});

it('is the same whatever the order of attributes', () => {
  const xattrs: [string, string][] = [
    ['user.b', '1'],
    ['user.a', '2'],
  ];
  const one = write([{ ...FILE, xattrs: new Map(xattrs) }]);
  expect(write([{ ...FILE, xattrs: new Map(xattrs.toReversed()) }]).equals(one)).toBe(true);
});

it('counts the digits of a length in it', () => {
  for (let length = 80; length < 1100; length += 1) {
    const entry = { ...FILE, name: '\u00e9'.repeat(length) };
    expect(readAll(write([entry]))).toEqual([entry]);
  }
});

const nowhere = () => tarWriter(() => undefined);

describe('refuses', () => {
  it.each<[string, Partial<TarEntry>, string]>([
    ['an empty name', { name: '' }, 'entry "": an empty name'],
    ['a NUL', { name: 'a\0' }, 'entry "a\\u0000": a name with a NUL'],
    ['holes', { extents: [] }, 'entry "file": a file that is told without its holes'],
    ['a size of a directory', { type: 'directory', size: 1 }, 'entry "file": content of what is no file'],
    [
      'an equals sign',
      { xattrs: new Map([['user.a=b', '']]) },
      'entry "file": attribute "user.a=b" has no form in',
    ],
    [
      'a megabyte',
      { xattrs: new Map([['user.a', 'x'.repeat(1 << 20)]]) },
      'entry "file": 1048605 bytes of names and',
    ],
  ])('%s', (_, fields, message) => {
    expect(() => nowhere().entry({ ...FILE, ...fields })).toThrow(message);
  });

  it('a file that has become shorter or longer', () => {
    const short = nowhere();
    short.entry({ ...FILE, size: 7 });
    short.content(Buffer.alloc(5));
    expect(() => short.entry(FILE)).toThrow('entry "file": ends after 5 of 7 bytes');
    expect(() => short.end()).toThrow('entry "file": ends after 5 of 7 bytes');
    expect(() => short.content(Buffer.alloc(3))).toThrow('entry "file": more than its 7 bytes');
  });
});
