import { describe, expect, test } from 'vitest';
import { annotatedProperties } from '../../../src/cgroup/systemd/annotations.ts';
import { parseValue } from '../../../src/cgroup/systemd/gvariant.ts';
import type { PropertyType } from '../../../src/cgroup/systemd/gvariant.ts';
import { refusalOf } from '../../support/plan.ts';

const of = (name: string, text: string): unknown =>
  annotatedProperties({ [`org.systemd.property.${name}`]: text, other: 'x' });

describe('annotations', () => {
  test('properties of each type', () => {
    expect(of('TimeoutStopUSec', 'uint64 123456789')).toEqual([
      { name: 'TimeoutStopUSec', signature: 't', value: 123_456_789n },
    ]);
    expect(of('CollectMode', "'inactive-or-failed'")).toMatchObject([
      { signature: 's', value: 'inactive-or-failed' },
    ]);
    expect(of('SendSIGHUP', 'true')).toMatchObject([{ signature: 'b', value: true }]);
    expect(of('KillSignal', '9')).toMatchObject([{ signature: 'i', value: 9n }]);
    expect(of('After', "['a.service', 'b.service']")).toMatchObject([{ value: ['a.service', 'b.service'] }]);
    expect(annotatedProperties({ 'org.example': '1' })).toEqual([]);
  });

  test.each([
    ['456', 456_000_000n],
    ['byte 234', 234_000_000n],
    ['int32 2', 2_000_000n],
    ['uint64 2', 2_000_000n],
    ['234.789', 234_789_000n],
    ['double 0.5', 500_000n],
  ])('a name in Sec takes seconds: %s', (text, value) => {
    expect(of('TimeoutStopSec', text)).toEqual([{ name: 'TimeoutStopUSec', signature: 't', value }]);
  });

  test.each([
    ['ExecStartPre', "[('/bin/sh', ['sh'], false)]"],
    ['OnFailure', "['evil.service']"],
    ['Conflicts', "['sshd.service']"],
    ['Slice', "'a.slice'"],
    ['PIDs', '[1]'],
    ['toString', '1'],
    ['Sec', '1'],
  ])('%s is refused', (name, text) => {
    const { code, message, details } = refusalOf(() => of(name, text));
    expect(code).toBe('UNSUPPORTED');
    expect(message).toBe(
      `annotations["org.systemd.property.${name}"]: annotations may not set this property of a unit`,
    );
    expect(details.hint).toContain('TimeoutStopUSec');
  });

  test.each([
    ['Description', "'x\\nSuccessAction=reboot'"],
    ['Description', "'x\nSuccessAction=reboot'"],
    ['Description', "'x\\\\'"],
    ['Documentation', "['man:a', 'man:b\\rOnFailure=evil.service']"],
  ])('%s: %j would begin or swallow a line of the unit file', (name, text) => {
    const { code, message } = refusalOf(() => of(name, text));
    expect(code).toBe('INVALID_CONFIG');
    expect(message).toContain('has a control character, or ends in \\');
  });

  test.each([
    ['TimeoutStopUSec', "'5'", '"\'5\'" is not a number of type uint64'],
    ['TimeoutStopUSec', 'int32 5', '"int32 5" is not a number of type uint64'],
    ['TimeoutStopSec', 'false', '"false" is not a number of seconds'],
    ['CollectMode', 'inactive', '"inactive" is not a text in quotes'],
    ['SendSIGHUP', '1', '"1" is not true or false'],
  ])('%s: %s is no value', (name, text, message) => {
    const error = refusalOf(() => of(name, text));
    expect(error.code).toBe('INVALID_CONFIG');
    expect(error.message).toContain(message);
  });
});

test.each<[string, PropertyType, unknown]>([
  ['0x10', 't', 16n],
  ['@t 7', 't', 7n],
  ['uint64 18446744073709551615', 't', 2n ** 64n - 1n],
  ['18446744073709551616', 't', undefined],
  ['-1', 't', undefined],
  ['-5', 'i', -5n],
  ['4294967296', 'u', undefined],
  ['"say \\"hi\\"\\n"', 's', 'say "hi"\n'],
  ["'it\\'s'", 's', "it's"],
  ["'open", 's', undefined],
  ["'a' 'b'", 's', undefined],
  ["string 'a'", 's', 'a'],
  ['@as []', 'as', []],
  ['[\'a\',"b"]', 'as', ['a', 'b']],
  ["['a' 'b']", 'as', undefined],
  ["['a',]", 'as', undefined],
  ["'a'", 'as', undefined],
  ['boolean true', 'b', true],
])('%s as %s', (text, type, value) => {
  expect(parseValue(text, type)).toEqual(value);
});
