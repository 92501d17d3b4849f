import { describe, expect, it } from 'vitest';
import { archive, content, file, header } from '../../support/tar-archive.ts';
import { readAll } from '../../support/tar-read.ts';

const parts = (numbers: number[]) => numbers.map((number) => number.toString(8).padStart(11, '0')).join('\0');
const old = (numbers: number[], real: number, size: number) =>
  header({
    type: 'S',
    magic: 'ustar  \0',
    size,
    at: { 386: parts(numbers), 483: real.toString(8).padStart(11, '0') },
  });

describe('sparse files of old GNU archives', () => {
  it('gives what lies where', () => {
    const bytes = archive(old([512, 3, 4096, 0], 4096, 3), content('abc'), file('b', ''));
    expect(readAll(bytes)).toMatchObject([
      { type: 'file', size: 4096, extents: [{ offset: 512, length: 3 }], content: 'abc' },
      { name: 'b' },
    ]);
  });

  it.each([
    ['overlap', [0, 4, 3, 4], 100, 8],
    ['go backwards', [10, 4, 3, 4], 100, 8],
    ['end behind the file', [98, 4], 100, 4],
  ])('refuses parts that %s', (_, numbers, real, size) => {
    expect(() => readAll(archive(old(numbers, real, size), content('x'.repeat(size))))).toThrow(
      'entry "file" at offset 0: the map of holes is out of order',
    );
  });

  it('refuses a map of other content than there is', () => {
    expect(() => readAll(archive(old([0, 8], 100, 4), content('abcd')))).toThrow(
      'entry "file" at offset 0: the map of holes has 8 bytes, the archive 4',
    );
  });
});
