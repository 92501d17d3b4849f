import { spawnSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { ReadEntry } from '../../support/tar-read.ts';
import { FILE, sized, write } from '../../support/tar-write.ts';

/** What other programs make of archives that are written here. */

const base = mkdtempSync(join(tmpdir(), 'runts-tar-writer-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const when = { seconds: 1_600_000_000, nanoseconds: 123_456_789 };
const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const entries: readonly ReadEntry[] = [
  { ...FILE, type: 'directory', name: 'd/', mode: 0o1750 },
  sized({ name: 'd/plain', content: 'plain' }),
  sized({ name: 'd/caf\u00e9', content: 'not UTF-8', mode: 0o600 }),
  sized({ name: `d/${'n'.repeat(200)}`, content: 'z'.repeat(512) }),
  { ...FILE, type: 'hardlink', name: 'd/hard', target: 'd/plain' },
  { ...FILE, type: 'symlink', name: 'd/symbolic', target: `\u00ff${'t'.repeat(200)}`, mode: 0o777 },
  { ...FILE, type: 'fifo', name: 'd/fifo' },
  { ...FILE, name: 'd/old', mtime: { seconds: -1, nanoseconds: 500_000_000 } },
];
const tree = entries.map((entry) => ({
  ...entry,
  ...owner,
  mtime: entry.name === 'd/old' ? entry.mtime : when,
}));

it('GNU tar makes of it what it says', () => {
  const { status, stderr } = spawnSync('tar', ['-C', base, '--warning=no-timestamp', '-xpf', '-'], {
    input: write(tree),
  });
  expect([status, stderr.toString()]).toEqual([0, '']);
  for (const { name, type, mode, mtime, content, target } of tree) {
    const path = Buffer.from(`${base}/${name}`, 'latin1');
    const stat = lstatSync(path, { bigint: true });
    expect(Number(stat.mode & 0o7777n), name).toBe(type === 'hardlink' ? 0o644 : mode);
    expect(stat.mtimeNs, name).toBe(BigInt(mtime.seconds) * 1_000_000_000n + BigInt(mtime.nanoseconds));
    if (type === 'file') expect(readFileSync(path, 'latin1')).toBe(content);
    if (type === 'symlink') expect(readlinkSync(path, 'latin1')).toBe(target);
  }
  expect(lstatSync(join(base, 'd/hard')).ino).toBe(lstatSync(join(base, 'd/plain')).ino);
});

it('GNU tar writes the same bytes of the same tree', () => {
  const options = [
    '--numeric-owner',
    '--owner=0',
    '--group=0',
    '--format=ustar',
    '--mtime=@1600000000',
    '--blocking-factor=1',
  ];
  const args = [...options, '-C', base, '-cf', '-', '--no-recursion', 'd/', 'd/plain', 'd/hard', 'd/fifo'];
  const { stdout } = spawnSync('tar', args);
  const mtime = { seconds: 1_600_000_000, nanoseconds: 0 };
  const same = tree
    .filter(({ name }) => /^d\/(plain|hard|fifo)?$/.test(name))
    .map((entry) => ({ ...entry, uid: 0, gid: 0, mtime }));
  expect(write(same).equals(stdout)).toBe(true);
});

const PYTHON = `
import json, sys, tarfile
with tarfile.open(fileobj=sys.stdin.buffer, mode='r|', encoding='latin-1') as archive:
    print(json.dumps([[m.name, m.linkname, m.mode, m.mtime, m.size, m.pax_headers.get('SCHILY.xattr.user.a')] for m in archive]))
`;
const hasPython = spawnSync('python3', ['-c', '']).status === 0;

it.skipIf(!hasPython)('tarfile of Python reads what it says', () => {
  const made = [
    sized({
      name: `${'d/'.repeat(200)}f`,
      content: 'x'.repeat(700),
      mtime: { seconds: 1, nanoseconds: 5e8 },
    }),
    { ...FILE, name: 'a', xattrs: new Map([['user.a', 'b=\n']]) },
    {
      ...FILE,
      type: 'symlink' as const,
      name: 'b',
      target: 't'.repeat(300),
      mtime: { seconds: -2, nanoseconds: 5e8 },
    },
  ];
  const { stdout } = spawnSync('python3', ['-c', PYTHON], { input: write(made), encoding: 'utf8' });
  expect(JSON.parse(stdout)).toEqual([
    [`${'d/'.repeat(200)}f`, '', 0o644, 1.5, 700, null],
    ['a', '', 0o644, 0, 0, 'b=\n'],
    ['b', 't'.repeat(300), 0o644, -1.5, 0, null],
  ]);
});
