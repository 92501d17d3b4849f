import { expect, test } from 'vitest';
import { parseMountOptions } from '../../src/plan/mount-options.ts';
import { LINK_WORDS, MOUNT_OPTIONS } from '../../src/spec/mount-words.ts';

function data(...words: string[]): string[] {
  return parseMountOptions(words).data.map(({ text }) => text);
}

/** Those of config.md#linux-mount-options, but `acl` and `noacl`, which are words of file systems. */
const SPECIFIED =
  'async atime bind defaults dev diratime dirsync exec iversion lazytime loud mand noatime nodev nodiratime noexec noiversion nolazytime nomand norelatime nostrictatime nosuid nosymfollow private ratime rbind rdev rdiratime relatime remount rexec rnoatime rnodev rnodiratime rnoexec rnorelatime rnostrictatime rnosuid rnosymfollow ro rprivate rrelatime rro rrw rshared rslave rstrictatime rsuid rsymfollow runbindable rw shared silent slave strictatime suid symfollow sync tmpcopyup unbindable idmap ridmap';

test('the words that runts takes are those of the specification, and three of crun for symbolic links', () => {
  expect([...MOUNT_OPTIONS].sort()).toEqual([...SPECIFIED.split(' '), ...LINK_WORDS].sort());
});

test("no word of the specification is taken for the file system's", () => {
  for (const word of MOUNT_OPTIONS) expect(data(word), word).toEqual([]);
});

test.each([
  ['ro', { set: ['rdonly'] }],
  ['rw', { clear: ['rdonly'] }],
  ['nosuid', { set: ['nosuid'] }],
  ['suid', { clear: ['nosuid'] }],
  ['nodev', { set: ['nodev'] }],
  ['dev', { clear: ['nodev'] }],
  ['noexec', { set: ['noexec'] }],
  ['exec', { clear: ['noexec'] }],
  ['nodiratime', { set: ['nodiratime'] }],
  ['diratime', { clear: ['nodiratime'] }],
  ['nosymfollow', { set: ['nosymfollow'] }],
  ['symfollow', { clear: ['nosymfollow'] }],
  ['noatime', { set: ['noatime'], clear: ['atime'] }],
  ['strictatime', { set: ['strictatime'], clear: ['atime'] }],
  ['relatime', { clear: ['atime'] }],
  ['atime', { clear: ['atime'] }],
  ['norelatime', { clear: ['atime'] }],
  ['nostrictatime', { clear: ['atime'] }],
  ['sync', { superblock: ['sync'] }],
  ['dirsync', { superblock: ['dirsync'] }],
  ['lazytime', { superblock: ['lazytime'] }],
  ['mand', { superblock: ['mand'] }],
  ['async', { superblockOff: ['async'] }],
  ['nolazytime', { superblockOff: ['nolazytime'] }],
  ['nomand', { superblockOff: ['nomand'] }],
  ['defaults', {}],
  ['silent', {}],
  ['loud', {}],
  ['iversion', {}],
  ['noiversion', {}],
  ['', {}],
  ['bind', { bind: true }],
  ['rbind', { bind: true, recursive: true }],
  ['remount', { remount: true }],
  ['tmpcopyup', { copyUp: true }],
  ['idmap', { idmap: 'mount' }],
  ['ridmap', { idmap: 'tree' }],
  ['private', { propagation: 'private' }],
  ['rprivate', { propagation: 'private', propagationRecursive: true }],
  ['slave', { propagation: 'slave' }],
  ['rslave', { propagation: 'slave', propagationRecursive: true }],
  ['shared', { propagation: 'shared' }],
  ['rshared', { propagation: 'shared', propagationRecursive: true }],
  ['unbindable', { propagation: 'unbindable' }],
  ['runbindable', { propagation: 'unbindable', propagationRecursive: true }],
  ['rro', { recursiveSet: ['rdonly'] }],
  ['rrw', { recursiveClear: ['rdonly'] }],
  ['rnosuid', { recursiveSet: ['nosuid'] }],
  ['rsuid', { recursiveClear: ['nosuid'] }],
  ['rnodev', { recursiveSet: ['nodev'] }],
  ['rdev', { recursiveClear: ['nodev'] }],
  ['rnoexec', { recursiveSet: ['noexec'] }],
  ['rexec', { recursiveClear: ['noexec'] }],
  ['rnodiratime', { recursiveSet: ['nodiratime'] }],
  ['rdiratime', { recursiveClear: ['nodiratime'] }],
  ['rnosymfollow', { recursiveSet: ['nosymfollow'] }],
  ['rsymfollow', { recursiveClear: ['nosymfollow'] }],
  ['rnoatime', { recursiveSet: ['noatime'], recursiveClear: ['atime'] }],
  ['rstrictatime', { recursiveSet: ['strictatime'], recursiveClear: ['atime'] }],
  ['rrelatime', { recursiveClear: ['atime'] }],
  ['ratime', { recursiveClear: ['atime'] }],
  ['rnorelatime', { recursiveClear: ['atime'] }],
  ['rnostrictatime', { recursiveClear: ['atime'] }],
])('%s', (word, expected) => {
  expect(parseMountOptions([word])).toEqual({ ...parseMountOptions([]), ...expected });
});

test('the last of two words decides', () => {
  expect(parseMountOptions(['ro', 'rw'])).toMatchObject({ set: [], clear: ['rdonly'] });
  expect(parseMountOptions(['rw', 'ro'])).toMatchObject({ set: ['rdonly'], clear: [] });
  expect(parseMountOptions(['noatime', 'strictatime'])).toMatchObject({
    set: ['strictatime'],
    clear: ['atime'],
  });
  expect(parseMountOptions(['noatime', 'relatime'])).toMatchObject({ set: [], clear: ['atime'] });
  expect(parseMountOptions(['sync', 'async'])).toMatchObject({ superblock: [] });
  expect(parseMountOptions(['rslave', 'private'])).toMatchObject({
    propagation: 'private',
    propagationRecursive: false,
  });
});

test("other words are the file system's, in their order", () => {
  expect(data('mode=755', 'ro', 'size=65536k', 'newinstance')).toEqual([
    'mode=755',
    'size=65536k',
    'newinstance',
  ]);
  expect(parseMountOptions(['ro', 'mode=755']).data).toEqual([{ text: 'mode=755', at: 1 }]);
  expect(data('rsync', 'xprivate', 'constructor')).toEqual(['rsync', 'xprivate', 'constructor']);
});

test('a list in one word is taken apart as mount(2) would, quotes and escapes aside', () => {
  expect(data('mode=755,size=1m')).toEqual(['mode=755', 'size=1m']);
  expect(data('context="system_u:object_r:t:s0:c1,c2",size=1m')).toEqual([
    'context=system_u:object_r:t:s0:c1,c2',
    'size=1m',
  ]);
  expect(data('lowerdir=/a\\,b:/c,upperdir=/d')).toEqual(['lowerdir=/a\\,b:/c', 'upperdir=/d']);
});
