import { describe, expect, it } from 'vitest';
import { END, archive, base256, extended, file, header, pax } from '../../support/tar-archive.ts';
import { tarReader } from '../../../src/image/tar/reader.ts';
import { readAll } from '../../support/tar-read.ts';

const only = (bytes: Buffer) => {
  const [entry, ...rest] = readAll(bytes);
  expect(rest).toEqual([]);
  return entry;
};

describe('headers', () => {
  it('gives what a file has, with its content', () => {
    const fields = { mode: '0104755', uid: '0001750', gid: '0000144', mtime: '14000000000' };
    expect(only(archive(file('a/b', 'hello', fields)))).toEqual({
      type: 'file',
      name: 'a/b',
      target: '',
      mode: 0o4755,
      uid: 1000,
      gid: 100,
      mtime: { seconds: 0o14000000000, nanoseconds: 0 },
      size: 5,
      device: { major: 0, minor: 0 },
      xattrs: new Map(),
      content: 'hello',
    });
  });

  it.each([
    ['0', 'file'],
    ['\0', 'file'],
    ['7', 'file'],
    ['1', 'hardlink'],
    ['2', 'symlink'],
    ['3', 'character'],
    ['4', 'block'],
    ['5', 'directory'],
    ['6', 'fifo'],
  ])('type %j is a %s', (type, expected) => {
    expect(only(archive(header({ type, target: 't' })))).toMatchObject({
      type: expected,
      target: expected.endsWith('link') ? 't' : '',
    });
  });

  it('knows a directory of the oldest archives by its slash', () => {
    expect(only(archive(header({ name: 'd/', type: '\0', magic: '\0' })))).toMatchObject({
      type: 'directory',
    });
    expect(only(archive(header({ name: 'd/', type: '0' })))).toMatchObject({ type: 'file', name: 'd/' });
  });

  it('gives the numbers of devices, and of nothing else', () => {
    const numbers = { major: '0000010', minor: '0000021' };
    expect(only(archive(header({ type: '4', ...numbers })))?.device).toEqual({ major: 8, minor: 17 });
    for (const none of [{ type: '0' }, { type: '3', magic: '\0' }]) {
      expect(only(archive(header({ ...numbers, ...none })))?.device).toEqual({ major: 0, minor: 0 });
    }
  });

  it('has no content of what is no file, whatever its size', () => {
    const entries = readAll(archive(header({ type: '1', target: 't', size: 4096 }), file('b', 'x')));
    expect(entries.map(({ name, size }) => [name, size])).toEqual([
      ['file', 0],
      ['b', 1],
    ]);
  });

  it('keeps names as bytes', () => {
    expect(only(archive(file('caf\u00e9\u00ff', '')))?.name).toBe('caf\u00e9\u00ff');
    const full = 'n'.repeat(100);
    expect(only(archive(file(full, '', { prefix: 'p'.repeat(155) })))?.name).toBe(
      `${'p'.repeat(155)}/${full}`,
    );
  });

  it('takes the prefix for what the magic makes it', () => {
    const prefix = 'p'.repeat(131);
    expect(only(archive(file('n', '', { prefix, at: { 508: 'tar\0' } })))?.name).toBe(`${prefix}/n`);
    expect(only(archive(file('n', '', { prefix: '00000000001', magic: 'ustar  \0' })))?.name).toBe('n');
    expect(only(archive(file('n', '', { prefix, magic: '\0' })))?.name).toBe('n');
  });

  it.each([
    ['p', 'p/n'],
    ['00000000001\u000000000000002', 'n'],
    ['00000000001p', '00000000001p/n'],
    ['\u00e9', 'n'],
  ])('believes with Go that %j is a prefix or a time of GNU tar', (prefix, name) => {
    expect(only(archive(file('n', '', { prefix, magic: 'ustar  \0' })))?.name).toBe(name);
  });

  it('takes a sum of signed bytes', () => {
    const block = header({ name: '\u00e9' });
    const signed = block.reduce((sum, byte) => sum + byte - (byte > 127 ? 256 : 0), 0);
    const wrong = Buffer.from(block.subarray(148, 156)).reduce((sum, byte) => sum + byte, 0);
    const checksum = `${(signed - wrong + 256).toString(8).padStart(6, '0')}\0 `;
    expect(only(archive(header({ name: '\u00e9', checksum })))?.name).toBe('\u00e9');
  });
});

describe('numbers', () => {
  it.each([
    ['spaces around', '   644 ', 0o644],
    ['no NUL at the end', '00000644', 0o644],
    ['nothing', '', 0],
    ['base 256', base256(0o644n, 8), 0o644],
  ])('reads a mode with %s', (_, mode, expected) => {
    expect(only(archive(header({ mode })))?.mode).toBe(expected);
  });

  it('reads times before 1970', () => {
    expect(only(archive(header({ mtime: base256(-86400n, 12) })))?.mtime).toEqual({
      seconds: -86400,
      nanoseconds: 0,
    });
  });

  it.each([
    ['negative size', { size: base256(-1n, 12) }, 'entry "file" at offset 0: size is negative'],
    [
      'great negative size',
      { size: base256(-(1n << 62n), 12) },
      'entry "file" at offset 0: size is beyond 2^53',
    ],
    ['great size', { size: base256(1n << 62n, 12) }, 'entry "file" at offset 0: size is beyond 2^53'],
    ['decimal size', { size: '00000000009' }, 'entry "file" at offset 0: size is no number'],
    ['text', { uid: 'root' }, 'entry "file" at offset 0: uid is no number'],
    [
      'uid -1',
      { uid: base256(0xffff_ffffn, 8) },
      'entry "file" at offset 0: uid 4294967295 is none that Linux has',
    ],
    [
      'gid 2^40',
      { gid: base256(1n << 40n, 8) },
      'entry "file" at offset 0: gid 1099511627776 is none that Linux has',
    ],
    ['negative uid', { uid: base256(-1n, 8) }, 'entry "file" at offset 0: uid is negative'],
    [
      'great device',
      { type: '3', major: '0010000' },
      'entry "file" at offset 0: device 4096:0 is none that Linux has',
    ],
  ])('refuses a %s', (_, fields, message) => {
    expect(() => readAll(archive(header(fields)))).toThrow(message);
  });
});

const withPax = (records: [string, string][], fields = {}) =>
  only(archive(pax(records), file('short', '', fields)));

describe('pax', () => {
  it('puts records in the place of what the header has', () => {
    const records: [string, string][] = [
      ['path', 'long/caf\u00c3\u00a9'],
      ['linkpath', 'target'],
      ['uid', '4294967294'],
      ['gid', '3000000'],
      ['atime', 'whatever'],
      ['mtime', '1700000000.5'],
      ['SCHILY.xattr.security.capability', '\u0001\0\0\u0002=\n'],
      ['SCHILY.xattr.user.empty', ''],
    ];
    expect(withPax(records, { type: '2', uid: 'none' })).toMatchObject({
      type: 'symlink',
      name: 'long/caf\u00c3\u00a9',
      target: 'target',
      uid: 4294967294,
      gid: 3000000,
      mtime: { seconds: 1700000000, nanoseconds: 500_000_000 },
      xattrs: new Map([
        ['security.capability', '\u0001\0\0\u0002=\n'],
        ['user.empty', ''],
      ]),
    });
  });

  it('keeps a path of digits a path', () => expect(withPax([['path', '123']])?.name).toBe('123'));

  it('lets the size of pax win over the header', () => {
    const inner = file('hidden', 'secret');
    const entries = readAll(
      archive(pax([['size', String(inner.length)]]), header({ name: 'outer', size: 0 }), inner),
    );
    expect(entries.map(({ name, size }) => [name, size])).toEqual([['outer', inner.length]]);
  });

  it.each([
    ['0', 0, 0],
    ['-0', 0, 0],
    ['-1', -1, 0],
    ['-1.25', -2, 750_000_000],
    ['-0.000000001', -1, 999_999_999],
    ['12.', 12, 0],
    ['12.1234567899', 12, 123_456_789],
  ])('reads the time %s', (value, seconds, nanoseconds) => {
    expect(withPax([['mtime', value]])?.mtime).toEqual({ seconds, nanoseconds });
  });

  it('takes the last of two records, and the header where the last is empty', () => {
    expect(
      withPax([
        ['path', 'a'],
        ['path', 'b'],
      ])?.name,
    ).toBe('b');
    expect(
      withPax([
        ['path', 'a'],
        ['path', ''],
      ])?.name,
    ).toBe('short');
  });

  it('applies global records to all that follow, and forgets those of one entry behind it', () => {
    const bytes = archive(
      extended('g', '10 uid=12\n'),
      pax([
        ['path', 'a'],
        ['uid', '7'],
      ]),
      file('x', ''),
      file('b', ''),
      pax([['uid', '']]),
      file('c', '', { uid: '0000005' }),
      extended('g', '8 uid=3\n8 gid=4\n'),
      file('d', ''),
    );
    expect(readAll(bytes).map(({ name, uid, gid }) => [name, uid, gid])).toEqual([
      ['a', 7, 0],
      ['b', 12, 0],
      ['c', 5, 0],
      ['d', 3, 4],
    ]);
  });

  it.each([
    ['a NUL in a path', 'x', '12 path=a\0b\n', 'extended header at offset 0: path has a NUL'],
    [
      'a NUL in a keyword',
      'x',
      '10 a\0b=c\n\n',
      'extended header at offset 0: keyword "a\\u0000b" has a NUL',
    ],
    ['a size that is none', 'x', '10 size=a\n', 'extended header at offset 0: size "a" is no number'],
    ['a negative size', 'x', '11 size=-1\n', 'extended header at offset 0: size "-1" is no number'],
    ['a time that is none', 'x', '11 mtime=x\n', 'extended header at offset 0: mtime "x" is no time'],
    [
      'a length beyond the end',
      'x',
      '99 path=a\n',
      'extended header at offset 0: a record has a wrong length',
    ],
    ['a short length', 'x', '3 path=a\n', 'extended header at offset 0: a record has a wrong length'],
    ['no length', 'x', 'path=a\n', 'extended header at offset 0: a record has a wrong length'],
    ['a negative length', 'x', '-9 path=a\n', 'extended header at offset 0: a record has a wrong length'],
    [
      'a length without end',
      'x',
      '9'.repeat(400),
      'extended header at offset 0: a record has a wrong length',
    ],
    ['no keyword', 'x', '5 =a\n', 'extended header at offset 0: a record has no keyword'],
    ['no value', 'x', '7 path\n', 'extended header at offset 0: a record has no keyword'],
    ['a path of all entries', 'g', '10 path=a\n', 'extended header at offset 0: path of all entries at once'],
    ['nothing', 'x', '', 'extended header at offset 0: it is empty'],
  ])('refuses %s', (_, type, body, message) => {
    expect(() => readAll(archive(extended(type, body), file('f', '')))).toThrow(message);
  });
});

describe('long names of GNU tar', () => {
  it('take the place of the header', () => {
    const long = 'd/'.repeat(200);
    const bytes = archive(
      extended('K', `${long}t\0`),
      extended('L', `${long}n\0`),
      header({ type: '2' }),
      file('b', ''),
    );
    expect(readAll(bytes).map(({ name, target }) => [name, target])).toEqual([
      [`${long}n`, `${long}t`],
      ['b', ''],
    ]);
  });

  it.each([
    ['two names', extended('L', 'a\0'), extended('L', 'b\0')],
    ['two names of two forms', extended('L', 'a\0'), pax([['path', 'b']])],
    ['two extended headers', pax([['path', 'b']]), pax([['uid', '1']])],
  ])('refuses %s for one entry, of which others take the one or the other', (_, first, second) => {
    expect(() => readAll(archive(first, second, file('f', '')))).toThrow(
      'the second of its kind for one entry',
    );
  });

  it('refuses an empty one', () => {
    expect(() => readAll(archive(extended('L', '\0'), file('f', '')))).toThrow(
      'extended header at offset 0: an empty name',
    );
  });
});

describe('the end', () => {
  const one = file('f', 'x');

  it('is two blocks of zeros, whatever follows', () => {
    expect(readAll(Buffer.concat([one, END, one, Buffer.from('rubbish')]))).toHaveLength(1);
  });

  it('may be missing, also in part', () => {
    expect(readAll(one)).toHaveLength(1);
    expect(readAll(Buffer.concat([one, END.subarray(512)]))).toHaveLength(1);
    expect(readAll(Buffer.alloc(0))).toEqual([]);
  });

  it.each([
    ['the header', one.subarray(0, 100), 'archive: ends at offset 100, within a header'],
    ['the content', one.subarray(0, 512), 'archive: ends at offset 512, within what belongs to "f"'],
    ['the padding', one.subarray(0, 700), 'archive: ends at offset 700, within what belongs to "f"'],
    ['extended headers', pax([['path', 'x']]), 'archive: ends at offset 1024, within a header'],
  ])('is told when it comes within %s', (_, bytes, message) => {
    expect(() => readAll(bytes)).toThrow(message);
  });

  it.each([
    [
      'a lone block of zeros',
      [one, END.subarray(512), one],
      'header at offset 1536: it follows a lone block of zeros',
    ],
    ['rubbish', [one, Buffer.alloc(512, 'x')], 'header at offset 1024: its checksum is wrong'],
    [
      'the end behind an extended header',
      [pax([['path', 'x']])],
      'header at offset 1024: the archive ends behind',
    ],
    [
      'a type that is none',
      [header({ type: 'M' })],
      'entry "file" at offset 0: type "M" is none that a layer may have',
    ],
    ['the content of a directory in incremental archives', [header({ type: 'D' })], 'type "D" is none'],
  ])('refuses %s', (_, parts, message) => {
    expect(() => readAll(archive(...parts))).toThrow(message);
  });

  it('skips the name of the archive', () => {
    expect(readAll(archive(header({ name: 'label', type: 'V' }), one)).map(({ name }) => name)).toEqual([
      'f',
    ]);
  });
});

it('goes from header to header where nobody wants the content', () => {
  const bytes = archive(
    file('a', 'x'.repeat(700)),
    pax([['uid', '7']]),
    file('b', 'y'.repeat(512)),
    file('c', ''),
  );
  const seen: [string, number, number][] = [];
  let at = 0;
  const reader = tarReader({
    entry: ({ name, uid }) => void seen.push([name, uid, at]),
    content: () => expect.fail(),
  });
  while (at < bytes.length) {
    reader.push(bytes.subarray(at, at + 512));
    at += 512 + reader.skip();
  }
  reader.end();
  expect(seen).toEqual([
    ['a', 0, 0],
    ['b', 7, 2560],
    ['c', 0, 3584],
  ]);
  expect(at).toBe(Infinity);
});

it('refuses extended headers beyond its limit before they come', () => {
  expect(() => readAll(header({ type: 'x', size: (1 << 20) + 1 }))).toThrow(
    'extended header at offset 0: 1048577 bytes, more than 1048576',
  );
});

const bad = (name: string) => () => readAll(archive(extended('L', `${name}\0`), header({ type: '?' })));

it('shows names as UTF-8, without what a terminal obeys, and not whole', () => {
  expect(bad('caf\u00c3\u00a9')).toThrow('entry "caf\u00e9" at');
  expect(bad('\u001b[31m\u009b')).toThrow('entry "\\u001b[31m\\u009b" at');
  expect(bad('x'.repeat(1000))).toThrow(`entry "${'x'.repeat(200)}"... at`);
});
