import { describe, expect, it } from 'vitest';
import { checkGroup, parseUser } from '../../src/container/user.ts';

describe('--user of exec', () => {
  it.each([
    ['1', { uid: 1 }],
    ['0', { uid: 0 }],
    ['1:2', { uid: 1, gid: 2 }],
    ['4294967294:4294967294', { uid: 4294967294, gid: 4294967294 }],
  ])('reads %j', (text, user) => {
    expect(parseUser(text)).toEqual(user);
  });

  it.each([
    '',
    '1:',
    ':2',
    ':',
    '-1',
    '1:-1',
    '4294967295',
    '1:4294967295',
    '0x1',
    '1a',
    ' 1',
    '1 ',
    '+1',
    'root',
    '1:2:3',
    '1e3',
    '99999999999',
  ])('refuses %j', (text) => {
    expect(() => parseUser(text)).toThrow(/^bad [ug]id /);
  });

  it('refuses additional groups that are none', () => {
    expect(checkGroup(7)).toBe(7);
    expect(() => checkGroup(-1)).toThrow('additional-gids must be a positive number -1');
  });
});
