import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { RuntsError } from '../../../src/errors.ts';
import { archive, base256, content, extended, file, header, pax } from '../../support/tar-archive.ts';
import { type ReadEntry, readAll, readChunks } from '../../support/tar-read.ts';

const name = fc.oneof(
  fc.constantFrom(
    'a',
    'a/b',
    '.',
    '..',
    '/',
    '',
    '123',
    '.wh.a',
    '\u00ff',
    'n'.repeat(100),
    'd/'.repeat(300),
  ),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => Buffer.from(text).toString('latin1')),
);

const number = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '7',
    '00000000644\0',
    ' 644 ',
    '8',
    '-1',
    '777777777777',
    '\u0080',
    '\u00ff'.repeat(12),
  ),
  fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }).map((value) => base256(value, 12)),
  fc.nat({ max: 4096 }).map((value) => value.toString(8)),
);

const fields = fc.record(
  {
    name: name.map((text) => text.slice(0, 100)),
    target: name.map((text) => text.slice(0, 100)),
    size: number,
    uid: number.map((text) => text.slice(0, 8)),
    mtime: number,
    type: fc.constantFrom(...'\u000001234567xgLKSVDMX?'.split('')),
    magic: fc.constantFrom('ustar\u000000', 'ustar  \0', '\0'),
    at: fc.dictionary(fc.nat({ max: 511 }).map(String), fc.string({ unit: 'binary-ascii', maxLength: 12 }), {
      maxKeys: 2,
    }),
  },
  { requiredKeys: [] },
);

const keyword = fc.oneof(
  fc.constantFrom('path', 'linkpath', 'size', 'uid', 'mtime', 'SCHILY.xattr.user.a', 'comment', 'hdrcharset'),
  fc
    .constantFrom('major', 'minor', 'map', 'size', 'realsize', 'name', 'numblocks', 'offset', 'numbytes')
    .map((last) => `GNU.sparse.${last}`),
);

const value = fc.oneof(
  name,
  fc.nat().map(String),
  fc.constantFrom('0,1,5,6', '1', '0', '-1', '1.5', '9'.repeat(30)),
);

/** What archives are made of, sound and not. */
const part = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(name, fc.string({ unit: 'binary-ascii', maxLength: 1200 }))
      .map(([a, b]) => file(a, b)),
  },
  {
    weight: 3,
    arbitrary: fc.array(fc.tuple(keyword, value), { maxLength: 5 }).map((records) => pax(records)),
  },
  { weight: 2, arbitrary: fields.map((some) => header(some)) },
  fc.tuple(fc.constantFrom('L', 'K', 'g', 'x'), name).map(([type, text]) => extended(type, text)),
  fc.string({ unit: 'binary-ascii', maxLength: 600 }).map((text) => content(text)),
  fc.constant(Buffer.alloc(512)),
);

const parts = fc.array(part, { maxLength: 8 }).map((all) => Buffer.concat(all));

/** Entries, or what is said of a damaged archive. */
function outcome(read: () => ReadEntry[]): ReadEntry[] | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof RuntsError) return `${error.code} ${error.message}`;
    throw error;
  }
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = cuts.map((cut) => cut % (bytes.length + 1)).sort((one, other) => one - other);
  const starts = [0, ...places];
  return starts.map((start, index) => bytes.subarray(start, starts[index + 1] ?? bytes.length));
}

it('reads the same however the bytes come', () => {
  fc.assert(
    fc.property(parts, fc.array(fc.nat({ max: 1 << 16 }), { maxLength: 12 }), (bytes, cuts) => {
      const whole = outcome(() => readAll(bytes));
      expect(outcome(() => readChunks(split(bytes, cuts)))).toEqual(whole);
    }),
    { numRuns: 1500 },
  );
});

it('reads the same when each byte comes alone', () => {
  fc.assert(
    fc.property(parts, (bytes) => {
      const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
      expect(outcome(() => readChunks(single))).toEqual(outcome(() => readAll(bytes)));
    }),
    { numRuns: 60 },
  );
});

const sound = archive(
  pax([
    ['path', 'a/b'],
    ['mtime', '1.5'],
    ['SCHILY.xattr.user.a', 'b'],
  ]),
  file('short', 'x'.repeat(700)),
  extended('L', 'long\0'),
  header({ type: '2', target: 't' }),
  pax([
    ['GNU.sparse.major', '1'],
    ['GNU.sparse.minor', '0'],
    ['GNU.sparse.realsize', '100'],
  ]),
  header({ size: 513 }),
  content('1\n5\n1\n'),
  content('y'),
);

const judge = (bytes: Buffer): void => {
  const result = outcome(() => readAll(bytes));
  if (typeof result === 'string') return;
  const taken = result.reduce((sum, entry) => sum + entry.content.length, 512 * result.length);
  // What is told comes from what was given, once.
  expect(taken).toBeLessThanOrEqual(bytes.length);
};

it('gives entries or an error of a damaged archive', () => {
  const change = fc.tuple(fc.nat({ max: sound.length - 1 }), fc.nat({ max: 255 }));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), fc.nat({ max: sound.length }), (changes, length) => {
      const bytes = Buffer.from(sound.subarray(0, length));
      for (const [at, byte] of changes) if (at < length) bytes[at] = byte;
      judge(bytes);
    }),
    { numRuns: 3000 },
  );
});

it('gives entries or an error of anything with a right checksum', () => {
  fc.assert(
    fc.property(parts, (bytes) => judge(bytes)),
    { numRuns: 3000 },
  );
});
