import { expect, test } from 'vitest';
import { hostId } from '../../src/plan/ids.ts';
import { MAPPINGS, planOf, refusalOf, specOf } from '../support/plan.ts';

const JOINED = { namespaces: [{ type: 'user', path: '/proc/7/ns/user' }] } as const;
const joinedMappings = { uid: MAPPINGS, gid: MAPPINGS };

test('ids of the host', () => {
  const mappings = [
    { containerID: 0, hostID: 1000, size: 1 },
    { containerID: 1, hostID: 100_000, size: 10 },
  ];
  expect([0, 1, 10, 11].map((id) => hostId(mappings, id))).toEqual([1000, 100_000, 100_009, undefined]);
});

test('a config may repeat the mappings of the user namespace that it joins', () => {
  const spec = specOf([], {}, { ...JOINED, uidMappings: MAPPINGS, gidMappings: MAPPINGS });
  expect(() => planOf(spec, {}, { joinedMappings })).not.toThrow();
});

test('other mappings than those are refused', () => {
  const spec = specOf(
    [],
    {},
    { ...JOINED, uidMappings: [{ containerID: 0, hostID: 5, size: 1 }], gidMappings: MAPPINGS },
  );
  const { code, message, details } = refusalOf(() => planOf(spec, {}, { joinedMappings }));
  expect(code).toBe('INVALID_CONFIG');
  expect(message).toBe(
    'linux.uidMappings: differ from those of the user namespace that is joined (0 100000 65536)',
  );
  expect(details.path).toBe('/linux/uidMappings');
});
