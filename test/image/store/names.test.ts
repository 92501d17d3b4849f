import { describe, expect, it } from 'vitest';
import { chainIds } from '../../../src/image/store/chain.ts';
import { checkName } from '../../../src/image/store/images.ts';
import { sha256 } from '../../support/image.ts';

describe('an image may be named', () => {
  it.each(['web', 'web:1', 'a/b-c_d.e:1.0', 'registry:5000/a/b@x', '0', `a${'b'.repeat(254)}`])(
    '%s',
    (name) => {
      expect(() => checkName(name)).not.toThrow();
    },
  );
});

describe('an image may not be named', () => {
  it.each(['', ' ', 'a b', '-a', 'a/', '/a', 'a//b', 'a\n', 'ä', '../a', 'a'.repeat(256), sha256('')])(
    '%j',
    (name) => {
      expect(() => checkName(name)).toThrow('cannot be a name');
    },
  );
});

it('chain ids are those of the specification', () => {
  const [a, b, c] = [sha256('a'), sha256('b'), sha256('c')];
  expect(chainIds([])).toEqual([]);
  expect(chainIds([a, b, c])).toEqual([a, sha256(`${a} ${b}`), sha256(`${sha256(`${a} ${b}`)} ${c}`)]);
});
