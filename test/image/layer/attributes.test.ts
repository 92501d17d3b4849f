import { expect, it } from 'vitest';
import type { TarEntry } from '../../../src/image/tar/entry.ts';
import type { Attributes } from '../../../src/image/layer/actions.ts';
import { entry, judged } from '../../support/layer.ts';

function attributesOf(fields: Partial<TarEntry>): Attributes {
  const [action] = judged([entry('x', fields)]).actions;
  if (action === undefined || !('attributes' in action)) throw new Error('no attributes');
  return action.attributes;
}

const xattrsOf = (fields: Partial<TarEntry>, ...names: readonly string[]): string[] => [
  ...attributesOf({ ...fields, xattrs: new Map(names.map((name) => [name, 'value'])) }).xattrs.keys(),
];

it('bits for setuid, setgid and sticky stay, those of types do not', () => {
  expect(attributesOf({ mode: 0o106755, uid: 3, gid: 4 })).toMatchObject({ mode: 0o6755, uid: 3, gid: 4 });
});

it.each([
  ['with nanoseconds', { seconds: 5, nanoseconds: 6 }, { seconds: 5, nanoseconds: 6 }],
  ['before 1970', { seconds: -1, nanoseconds: 999 }, { seconds: 0, nanoseconds: 0 }],
  ['of 2262', { seconds: 9_223_372_035, nanoseconds: 1 }, { seconds: 9_223_372_035, nanoseconds: 1 }],
  ['beyond what containerd has', { seconds: 2 ** 40, nanoseconds: 1 }, { seconds: 0, nanoseconds: 0 }],
])('times %s', (_, mtime, wanted) => {
  expect(attributesOf({ mtime }).mtime).toEqual(wanted);
});

it("attributes that are the host's are left out", () => {
  const names = [
    'trusted.overlay.opaque',
    'trusted.x',
    'user.overlay.redirect',
    'security.selinux',
    'security.nfs4_acl',
    'system.nfs4_acl',
  ];
  expect(xattrsOf({}, ...names)).toEqual([]);
});

it('all others stay, also on what runs with the rights of its owner', () => {
  const names = [
    'user.x',
    'user.overlayx',
    'security.capability',
    'system.posix_acl_access',
    'security.selinuxx',
    'user.\xff',
  ];
  expect(xattrsOf({ mode: 0o4755 }, ...names)).toEqual(names);
});

it.each<Partial<TarEntry>>([
  { type: 'symlink', target: 'a' },
  { type: 'fifo' },
  { type: 'character', device: { major: 1, minor: 3 } },
])('only files and directories have attributes of users: %j', (fields) => {
  expect(xattrsOf(fields, 'user.x', 'security.capability')).toEqual(['security.capability']);
  expect(xattrsOf({ type: 'directory' }, 'user.x')).toEqual(['user.x']);
});

it('warns once of each kind', () => {
  const xattrs = new Map([
    ['trusted.a', ''],
    ['trusted.b', ''],
    ['user.overlay.x', ''],
  ]);
  expect(judged([entry('x', { xattrs }), entry('y', { xattrs })]).warnings).toEqual([
    'entry "x": trusted.* is left out: these are the host\'s, overlayfs keeps its own there',
    'entry "x": user.overlay.* is left out: overlayfs keeps its own there',
  ]);
});

it.each([
  ['', 'v', 'entry "x": "" cannot be the name of an extended attribute'],
  ['user.\0', 'v', '"user.\\u0000" cannot be the name'],
  [`user.${'x'.repeat(251)}`, 'v', 'cannot be the name'],
  ['user.x', 'v'.repeat(65_537), 'the extended attribute "user.x" has more than 65536 bytes'],
])('%j is refused', (name, value, message) => {
  expect(() => attributesOf({ xattrs: new Map([[name, value]]) })).toThrow(message);
});
