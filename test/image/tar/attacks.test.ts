import { expect, it } from 'vitest';
import { archive, base256, content, extended, file, header, pax } from '../../support/tar-archive.ts';
import { readAll } from '../../support/tar-read.ts';
import { TAR_LIMITS } from '../../../src/image/tar/limits.ts';
import { tarReader } from '../../../src/image/tar/reader.ts';

/** Attacks that other programs' parsers met; the number is that of the advisory. */

const names = (bytes: Buffer): string[] => readAll(bytes).map(({ name }) => name);

it('a size of pax beside another in the header hides no entry (CVE-2025-62518)', () => {
  const inner = archive(file('etc/shadow', 'inner'));
  const outer = [pax([['size', String(inner.length)]]), header({ name: 'inner.tar', size: 0 }), inner];
  expect(names(archive(...outer, file('after', '')))).toEqual(['inner.tar', 'after']);
});

it('a size of pax that ends elsewhere than the next header is refused', () => {
  const bytes = archive(pax([['size', '512']]), file('a', 'x'.repeat(1024)), file('b', ''));
  expect(() => readAll(bytes)).toThrow('header at offset 2048: its checksum is wrong');
});

it('a size of pax is not that of the extended headers behind it', () => {
  expect(() => readAll(archive(pax([['size', '0']]), extended('L', 'name\0'), file('a', 'x')))).toThrow(
    'header at offset 2560: its checksum is wrong',
  );
});

it('a negative size never goes backwards', () => {
  for (const value of [-1n, -512n, -(2n ** 63n)]) {
    const size = base256(value, 12);
    expect(() => readAll(archive(header({ size })))).toThrow('entry "file" at offset 0: size is');
    expect(() => readAll(archive(header({ size, type: 'x' })))).toThrow('header at offset 0: size is');
    expect(() => readAll(archive(header({ size, type: 'V' })))).toThrow('header at offset 0: size is');
  }
});

it('names and targets of pax are text whatever they look like', () => {
  const bytes = archive(
    pax([
      ['path', '1e3'],
      ['linkpath', '0x10'],
    ]),
    header({ type: '2' }),
  );
  expect(readAll(bytes)).toMatchObject([{ name: '1e3', target: '0x10' }]);
});

it('records are no properties of objects', () => {
  const records: [string, string][] = [
    ['__proto__', 'x'],
    ['constructor', 'x'],
    ['SCHILY.xattr.__proto__', 'y'],
  ];
  const [entry] = readAll(archive(pax(records), file('a', '')));
  expect(entry?.xattrs).toEqual(new Map([['__proto__', 'y']]));
  expect(entry).toMatchObject({ name: 'a', type: 'file' });
});

it('long and deep names are names', () => {
  for (const long of ['x'.repeat(255), 'y'.repeat(4096), `${'d/'.repeat(500_000)}f`])
    expect(
      names(archive(extended('L', `${long}\0`), file('a', ''), pax([['path', long]]), file('b', ''))),
    ).toEqual([long, long]);
});

it('names that a file system could take for one stay two', () => {
  const both = ['\u00c3\u00a9', 'e\u00cc\u0081', 'E', 'e', 'a\\b', 'a/b', 'C:x', '\u00ef\u00ac\u0081', 'fi'];
  expect(names(archive(...both.map((name) => file(name, ''))))).toEqual(both);
});

it('a hundred thousand extended headers need no stack and no memory', () => {
  const global = extended('g', '8 uid=3\n');
  let read = 0;
  const reader = tarReader({ entry: () => (read += 1), content: () => undefined });
  for (let count = 0; count < 100_000; count += 1) reader.push(global);
  reader.push(archive(file('a', '')));
  reader.end();
  expect(read).toBe(1);
});

it('extended headers by the million end at a limit of the archive', () => {
  const bytes = archive(...Array.from({ length: 9 }, () => extended('g', '8 uid=3\n')), file('a', ''));
  expect(() => readAll(bytes, { ...TAR_LIMITS, extensions: 64 })).toThrow(
    'extended header at offset 8192: those of the archive have more than 64 bytes',
  );
  expect(readAll(bytes, { ...TAR_LIMITS, extensions: 72 })).toHaveLength(1);
});

const SPARSE: readonly [string, string][] = [
  ['GNU.sparse.major', '1'],
  ['GNU.sparse.minor', '0'],
  ['GNU.sparse.realsize', '1000'],
];

const TOO_MANY = 'more than 65536 parts between holes';

it('a count of holes is refused before they come (CVE-2025-58183)', () => {
  const bytes = [pax(SPARSE), header({ name: 'a', size: 2 ** 33 }), content('100000000\n')];
  expect(() => readAll(Buffer.concat(bytes))).toThrow(`entry "a" at offset 1024: ${TOO_MANY}`);
});

it('an old map of holes without end is refused when it is too long', () => {
  const reader = tarReader({ entry: () => undefined, content: () => undefined });
  const part = '00000000000\0'.repeat(2);
  const at = { 386: part.repeat(4), 482: '\u0001' };
  reader.push(header({ name: 'a', type: 'S', magic: 'ustar  \0', at }));
  const block = content(`${part.repeat(21)}\u0001`);
  expect(() => {
    for (;;) reader.push(block);
  }).toThrow(`entry "a" at offset 0: ${TOO_MANY}`);
});

it('a map of holes in records is refused when it is too long', () => {
  const map = Array.from({ length: 200_000 }, () => '0').join(',');
  const records: [string, string][] = [
    ['GNU.sparse.size', '9'],
    ['GNU.sparse.map', map],
  ];
  expect(() => readAll(archive(pax(records), file('a', '')))).toThrow(TOO_MANY);
});

it.each([
  ['lines without end', `1\n${'1'.repeat(510)}`, 'the map of holes has no number'],
  ['empty lines', '1\n\n\n', 'the map of holes has no number'],
  ['no line at all', '', 'the map of holes has no number'],
  ['signs', '1\n-1\n1\n', 'the map of holes has no number'],
  ['more parts than content', `9\n${'1\n'.repeat(3)}`, 'the map of holes has no number'],
  ['what is not in order', '2\n5\n1\n5\n1\n', 'the map of holes is out of order'],
  ['what is behind the file', '1\n1000\n1\n', 'the map of holes is out of order'],
  ['other content than there is', '1\n0\n2\n', 'the map of holes has 2 bytes, the archive 1'],
])('a map of holes with %s is refused', (_, map, message) => {
  const bytes = archive(pax(SPARSE), header({ name: 'a', size: 513 }), content(map), content('x'));
  expect(() => readAll(bytes)).toThrow(message);
});

it('a map of holes that does not end with the content is refused', () => {
  const bytes = archive(pax(SPARSE), header({ name: 'a', size: 512 }), content(`900\n${'1\n'.repeat(254)}`));
  expect(() => readAll(bytes)).toThrow('entry "a" at offset 1024: the map of holes does not end');
});

it.each([
  [[['GNU.sparse.major', '2']], 'sparse files of version "2.0"'],
  [
    [
      ['GNU.sparse.size', '1'],
      ['GNU.sparse.map', '0'],
    ],
    'the map of holes is not complete',
  ],
  [
    [
      ['GNU.sparse.size', '1'],
      ['GNU.sparse.map', '0,1'],
      ['GNU.sparse.numblocks', '2'],
    ],
    'the map of holes is not complete',
  ],
  [[['GNU.sparse.size', '1']], 'the map of holes is not where its version has it'],
  [[...SPARSE, ['GNU.sparse.map', '0,1']], 'the map of holes is not where its version has it'],
  [[['GNU.sparse.numblocks', '0']], 'a sparse file without a size'],
  [[['GNU.sparse.numbytes', '0']], 'GNU.sparse.numbytes is out of turn'],
  [[['GNU.sparse.map', '0,-1']], 'GNU.sparse.map "-1" is no number'],
  [[['GNU.sparse.other', '1']], '"GNU.sparse.other" is no record that is known'],
  [[['GNU.sparse.name', 'a\0b']], 'GNU.sparse.name has a NUL'],
] satisfies [[string, string][], string][])('records of holes %j are refused', (records, message) => {
  expect(() => readAll(archive(pax(records), file('a', '')))).toThrow(message);
});

it('holes are of files in one form alone', () => {
  const size: [string, string][] = [['GNU.sparse.size', '0']];
  expect(() => readAll(archive(pax(size), header({ type: '5' })))).toThrow('holes are of files alone');
  expect(() => readAll(archive(pax(size), header({ type: 'S', magic: 'ustar  \0' })))).toThrow(
    'two forms of a',
  );
  expect(() => readAll(archive(header({ type: 'S' })))).toThrow('a sparse file of an unknown form');
});
