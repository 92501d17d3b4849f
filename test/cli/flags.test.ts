import { describe, expect, it } from 'vitest';
import {
  flagTable,
  integersOf,
  isOn,
  parseDuration,
  parseFlags,
  textOf,
  textsOf,
} from '../../src/cli/flags.ts';

const FLAGS = flagTable([
  { name: 'bundle', short: 'b', kind: 'text', about: '' },
  { name: 'force', short: 'f', kind: 'bool', about: '' },
  { name: 'env', short: 'e', kind: 'texts', about: '' },
  { name: 'gid', short: 'g', kind: 'integers', about: '' },
  { name: 'interval', kind: 'duration', about: '' },
]);

describe('flags', () => {
  it.each([
    [['--bundle=/b', 'id'], '/b', ['id']],
    [['--bundle', '/b', 'id'], '/b', ['id']],
    [['-bundle', '/b', 'id'], '/b', ['id']],
    [['-bundle=/b', 'id'], '/b', ['id']],
    [['-b', '/b', 'id'], '/b', ['id']],
    [['id', '-b', '/b'], '/b', ['id']],
    [['-b', '-', 'id'], '-', ['id']],
    [['-b', '--force', 'id'], '--force', ['id']],
    [['--bundle=', 'id'], '', ['id']],
    [['--bundle=a=b', 'id'], 'a=b', ['id']],
    [['--', '-b', 'id'], undefined, ['-b', 'id']],
    [['-', 'id'], undefined, ['-', 'id']],
  ])('reads %j', (words, bundle, args) => {
    const parsed = parseFlags(FLAGS, words, false);
    expect(textOf(parsed.flags, 'bundle')).toBe(bundle);
    expect(parsed.args).toEqual(args);
  });

  it('leaves all after the first argument alone where it ends the flags', () => {
    const parsed = parseFlags(FLAGS, ['-f', 'id', '-b', 'x', '--', '-f'], true);
    expect(isOn(parsed.flags, 'force')).toBe(true);
    expect(parsed.args).toEqual(['id', '-b', 'x', '--', '-f']);
  });

  it('takes a bool only after =', () => {
    expect(isOn(parseFlags(FLAGS, ['--force=false'], false).flags, 'force')).toBe(false);
    expect(isOn(parseFlags(FLAGS, ['--force=T'], false).flags, 'force')).toBe(true);
    expect(parseFlags(FLAGS, ['--force', 'false'], false).args).toEqual(['false']);
  });

  it('gathers what may be repeated and splits nothing at commas', () => {
    const { flags } = parseFlags(FLAGS, ['-e', 'A=1,2', '--env=B=3', '-g', '5', '-g=-6'], false);
    expect(textsOf(flags, 'env')).toEqual(['A=1,2', 'B=3']);
    expect(integersOf(flags, 'gid')).toEqual([5, -6]);
  });

  it.each([
    [['--nothing'], 'flag provided but not defined: -nothing'],
    [['-fb'], 'flag provided but not defined: -fb'],
    [['--bundle'], 'flag needs an argument: --bundle'],
    [['--force=maybe'], 'invalid value "maybe" for flag -force: expected true or false'],
    [['-g', '1a'], 'invalid value "1a" for flag -gid: expected an integer'],
    [['--interval', '5'], 'invalid value "5" for flag -interval: expected a duration such as 5s or 1m30s'],
  ])('refuses %j', (words, message) => {
    expect(() => parseFlags(FLAGS, words, false)).toThrow(message);
  });

  it.each([
    ['5s', 5000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['0', 0],
    ['-1s', -1000],
    ['1', undefined],
    ['', undefined],
    ['s', undefined],
  ])('reads the duration %j', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });
});
