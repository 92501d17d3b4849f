import { describe, expect, it } from 'vitest';
import { asInside } from '../../../src/image/changes/owners.ts';
import type { TreeEntry } from '../../../src/image/native.ts';

const mapping = [
  { containerID: 0, hostID: 100_000, size: 1000 },
  { containerID: 5000, hostID: 300_000, size: 10 },
];
const owners = { uid: mapping, gid: [{ containerID: 0, hostID: 200_000, size: 1000 }] };

const entry = (change: Partial<TreeEntry>): TreeEntry => ({
  name: 'a',
  type: 'file',
  mode: 0o644,
  uid: 100_000,
  gid: 200_000,
  mtime: { seconds: 0, nanoseconds: 0 },
  size: 0,
  target: '',
  device: { major: 0, minor: 0 },
  inode: '1',
  links: 1,
  xattrs: new Map(),
  ...change,
});

const bytes = (...values: number[]): string => String.fromCharCode(...values);
const id = (value: number): string => bytes(...[0, 8, 16, 24].map((shift) => (value >>> shift) & 255));

describe('an entry of an upper layer', () => {
  it.each([
    [100_000, 0],
    [100_999, 999],
    [300_003, 5003],
    [0, 65_534],
    [101_000, 65_534],
  ])('of the user %i is of %i in the container', (uid, inside) => {
    expect(asInside(owners, entry({ uid })).uid).toBe(inside);
  });

  it('is as it is without a user namespace', () => {
    const one = entry({ uid: 7 });
    expect(asInside({ uid: [], gid: [] }, one)).toBe(one);
  });
});

const inside = (name: string, value: string): string | undefined =>
  asInside(owners, entry({ xattrs: new Map([[name, value]]) })).xattrs.get(name);

describe('an attribute with ids', () => {
  const sets = bytes(0, 4, 0, 0) + id(0) + id(0) + id(0);

  it('that gives capabilities of the root of the container is one of any root', () => {
    const effective = bytes(1, 0, 0, 3) + sets + id(100_000);
    expect(inside('security.capability', effective)).toBe(bytes(1, 0, 0, 2) + sets);
  });

  it('that gives those of another root is left out', () => {
    expect(inside('security.capability', bytes(1, 0, 0, 3) + sets + id(100_001))).toBeUndefined();
  });

  it('that gives those of any root stays', () => {
    const value = bytes(1, 0, 0, 2) + sets;
    expect(inside('security.capability', value)).toBe(value);
  });

  it.each(['system.posix_acl_access', 'system.posix_acl_default'])(
    'such as %s has those of the container',
    (name) => {
      const [user, group, other] = [
        (value: number) => bytes(2, 0, 7, 0) + id(value),
        (value: number) => bytes(8, 0, 5, 0) + id(value),
        bytes(0x20, 0, 4, 0) + id(0xffff_ffff),
      ];
      const header = bytes(2, 0, 0, 0);
      expect(inside(name, header + user(300_002) + group(200_007) + other)).toBe(
        header + user(5002) + group(7) + other,
      );
    },
  );

  it('that is any other stays', () => {
    expect(inside('user.a', 'b')).toBe('b');
  });
});
