import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resetFailedUnit, startTransientUnit, stopUnit } from '../../../src/cgroup/systemd/calls.ts';
import { encodeCall, PID, splitSignature } from '../../../src/cgroup/systemd/dbus.ts';
import type { Value } from '../../../src/cgroup/systemd/dbus.ts';
import { decodeMessage, textAt } from '../../../src/cgroup/systemd/dbus-read.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');

/** What `systemctl stop absent.scope` sends, but for its flag that allows a password to be asked for. */
const STOP = bytes(`6c010001 20000000 01000000 a0000000
  01016f00 19000000 2f6f72672f667265656465736b746f702f73797374656d6431 00000000000000
  0301730008000000 53746f70556e6974 0000000000000000
  0201730020000000 6f72672e667265656465736b746f702e73797374656d64312e4d616e61676572 0000000000000000
  0601730018000000 6f72672e667265656465736b746f702e73797374656d6431 0000000000000000
  0801670002737300
  0c000000 616273656e742e73636f7065 00000000 07000000 7265706c61636500`);

/** systemd 262's answer to Get of the manager's Version. */
const VERSION = bytes(`6c02010 10e000000 01000000 37000000 0501750001000000
  0701730018000000 6f72672e667265656465736b746f702e73797374656d6431 0000000000000000
  0801670001760000 01730000 05000000 3236322d3100`);

/** Its answer to ResetFailedUnit of a unit that is not there. */
const NO_SUCH_UNIT = bytes(`6c03010122000000 02000000 67000000 0501750002000000
  0401730023000000 6f72672e667265656465736b746f702e73797374656d64312e4e6f53756368556e6974 0000000000
  0701730018000000 6f72672e667265656465736b746f702e73797374656d6431 0000000000000000
  0801670001730000 1d000000 556e697420616273656e742e73636f7065206e6f74206c6f616465642e00`);

describe('messages that systemd and its tools have sent', () => {
  test('a call is byte for byte what systemctl sends', () => {
    expect(hex(stopUnit('absent.scope').bytes)).toBe(hex(STOP));
  });

  test('it is read back', () => {
    expect(decodeMessage(STOP)).toEqual({
      type: 'call',
      path: '/org/freedesktop/systemd1',
      member: 'StopUnit',
      errorName: '',
      body: ['absent.scope', 'replace'],
    });
  });

  test('an answer with a variant', () => {
    expect(decodeMessage(VERSION)).toMatchObject({
      type: 'return',
      body: [{ signature: 's', value: '262-1' }],
    });
  });

  test('an error has a name and a text', () => {
    const message = decodeMessage(NO_SUCH_UNIT);
    expect(message).toMatchObject({ type: 'error', errorName: 'org.freedesktop.systemd1.NoSuchUnit' });
    expect(textAt(message, 0)).toBe('Unit absent.scope not loaded.');
  });
});

test('the place of the pid is told', () => {
  const properties = [{ name: 'PIDs', signature: 'au', value: [PID] }];
  const { bytes: message, pidAt } = startTransientUnit('a.scope', properties);
  new DataView(message.buffer).setUint32(pidAt, 4711, true);
  expect(decodeMessage(message).body[2]).toEqual([['PIDs', { signature: 'au', value: [4711] }]]);
  expect(resetFailedUnit('a.scope').pidAt).toBe(0);
});

test('bytes that are no whole message are refused', () => {
  expect(() => decodeMessage(new Uint8Array())).toThrow(RangeError);
  for (let size = 1; size < STOP.length; size++)
    expect(() => decodeMessage(STOP.slice(0, size))).toThrow(/./);
});

test('a signature is taken apart, and one of other types refused', () => {
  expect(splitSignature('ssa(sv)a(sa(sv))')).toEqual(['s', 's', 'a(sv)', 'a(sa(sv))']);
  expect(() => splitSignature('a{sv}')).toThrow('no D-Bus type');
});

const u64 = fc.bigInt(0n, 2n ** 64n - 1n);
const texts = fc.string({ unit: 'grapheme' });
const typed: fc.Arbitrary<{ signature: string; value: Value }> = fc.oneof(
  fc.record({ signature: fc.constant('b'), value: fc.boolean() }),
  fc.record({ signature: fc.constant('y'), value: fc.nat(255) }),
  fc.record({ signature: fc.constant('q'), value: fc.nat(65_535) }),
  fc.record({ signature: fc.constant('n'), value: fc.integer({ min: -32_768, max: 32_767 }) }),
  fc.record({ signature: fc.constant('i'), value: fc.integer() }),
  fc.record({ signature: fc.constant('u'), value: fc.nat(2 ** 32 - 1) }),
  fc.record({ signature: fc.constant('t'), value: u64 }),
  fc.record({ signature: fc.constant('x'), value: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }),
  fc.record({ signature: fc.constant('d'), value: fc.double({ noNaN: true }) }),
  fc.record({ signature: fc.constant('s'), value: texts }),
  fc.record({ signature: fc.constant('as'), value: fc.array(texts) }),
  fc.record({ signature: fc.constant('ay'), value: fc.uint8Array() }),
  fc.record({ signature: fc.constant('a(st)'), value: fc.array(fc.tuple(texts, u64)) }),
  fc.record({
    signature: fc.constant('a(sv)'),
    value: fc.array(
      fc.tuple(
        texts,
        u64.map((value) => ({ signature: 't', value })),
      ),
    ),
  }),
);

test('whatever is written is read', () => {
  fc.assert(
    fc.property(fc.array(typed), (values) => {
      const { bytes: message } = encodeCall({
        path: '/a',
        interface: 'a.b',
        member: 'C',
        signature: values.map(({ signature }) => signature).join(''),
        body: values.map(({ value }) => value),
      });
      expect(decodeMessage(message).body).toEqual(values.map(({ value }) => value));
    }),
  );
});
