import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReadEntry, readAll } from '../../support/tar-read.ts';

/** Archives that programs make of the same tree are read as what lies there. */

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
/** As its bytes are, in a path of bytes. */
const path = (name: string): Buffer => bytes(`${tree}/${name}`);

const DIRECTORIES = Array.from({ length: 8 }, (_, index) => 'directory-of-a-long-name/'.repeat(index + 1));
const LONG = `${DIRECTORIES.at(-1)}${'x'.repeat(120)}`;
const FILES: Readonly<Record<string, string>> = {
  empty: '',
  'block of 512': 'b'.repeat(512),
  'caf\u00c3\u00a9': 'UTF-8',
  'caf\u00e9': 'not UTF-8',
  'new\nline': 'x',
  [LONG]: 'long',
};
/** Sparse: how many parts GNU tar finds depends on the file system, not what they hold. */
const HOLES = {
  size: 3 << 20,
  parts: Array.from({ length: 40 }, (_, index) => index * (64 << 10) + (32 << 10)),
};

const NAMES = [...Object.keys(FILES), 'dir', 'zlink', 'symlink', 'long symlink', 'fifo', 'sparse'];
/** A fraction that no form of a number rounds. */
const WHEN = 1_700_000_000.25;

let base = '';
let tree = '';

function makeSparse(): void {
  const buffer = Buffer.alloc(HOLES.size);
  const file = join(tree, 'sparse');
  writeFileSync(file, '');
  truncateSync(file, HOLES.size);
  for (const offset of HOLES.parts) {
    buffer.write(`part ${offset}`, offset);
    spawnSync('dd', [`of=${file}`, 'bs=4096', `seek=${offset / 4096}`, 'conv=notrunc'], {
      input: buffer.subarray(offset, offset + 4096),
    });
  }
}

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'runts-tar-'));
  tree = join(base, 'tree');
  mkdirSync(join(tree, DIRECTORIES.at(-1) ?? ''), { recursive: true });
  for (const [name, content] of Object.entries(FILES)) writeFileSync(path(name), bytes(content));
  mkdirSync(join(tree, 'dir'));
  chmodSync(join(tree, 'dir'), 0o1711);
  linkSync(path(LONG), path('zlink'));
  symlinkSync('no/where', path('symlink'));
  symlinkSync(bytes(`\u00ff${'t'.repeat(150)}`), path('long symlink'));
  spawnSync('mkfifo', [join(tree, 'fifo')]);
  makeSparse();
  for (const name of [...NAMES, ...DIRECTORIES, '.']) lutimesSync(path(name), WHEN, WHEN);
  utimesSync(path('dir'), -86400, -86400);
});

afterAll(() => rmSync(base, { recursive: true, force: true }));

function run(command: string, args: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: tree, maxBuffer: 64 << 20 });
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
  return stdout;
}

const gnuTar = (...options: string[]): Buffer =>
  run('tar', [...options, '--sort=name', '-C', tree, '-cf', '-', '.']);

const clean = (name: string): string => name.replace(/^\.\//, '').replace(/\/$/, '');

const isKind = {
  file: 'isFile',
  directory: 'isDirectory',
  symlink: 'isSymbolicLink',
  fifo: 'isFIFO',
  character: 'isCharacterDevice',
  block: 'isBlockDevice',
  hardlink: 'isFile',
} as const;

/** The file's bytes with its holes. */
function whole(entry: ReadEntry): string {
  const { content, extents, size } = entry;
  if (extents === undefined) return content;
  const buffer = Buffer.alloc(size);
  let at = 0;
  for (const { offset, length } of extents) {
    buffer.write(content.slice(at, at + length), offset, 'latin1');
    at += length;
  }
  return buffer.toString('latin1');
}

/** Against what lstat(2) says; `fine` is whether each entry has a time with its fraction. */
function compare(entry: ReadEntry, fine: boolean): void {
  const name = path(clean(entry.name));
  const stat = lstatSync(name, { bigint: true });
  expect(stat[isKind[entry.type]](), entry.name).toBe(true);
  expect([entry.mode, entry.uid, entry.gid]).toEqual([
    Number(stat.mode & 0o7777n),
    process.getuid?.(),
    process.getgid?.(),
  ]);
  const { seconds, nanoseconds } = entry.mtime;
  // Without a fraction a time is rounded down, also before 1970.
  expect(seconds, entry.name).toBe(Math.floor(Number(stat.mtimeNs) / 1e9));
  const exact = Number(stat.mtimeNs % 1_000_000_000n);
  expect(fine ? [exact] : [0, exact], entry.name).toContain(nanoseconds);
  if (entry.type === 'symlink') expect(entry.target).toBe(readlinkSync(name, 'latin1'));
  if (entry.type === 'file') expect(whole(entry) === readFileSync(name, 'latin1'), entry.name).toBe(true);
}

function check(archive: Buffer, names: readonly string[], fine = false): ReadEntry[] {
  const entries = readAll(archive);
  const found = entries.map((entry) => clean(entry.name));
  expect(found).toEqual(expect.arrayContaining([...names]));
  for (const entry of entries) compare(entry, fine);
  return entries;
}

describe('GNU tar', () => {
  it.each(['gnu', 'oldgnu', 'pax'])('%s', (format) => {
    const entries = check(gnuTar(`--format=${format}`), NAMES, format === 'pax');
    const links = entries.filter(({ type }) => type === 'hardlink');
    expect(links.map(({ name, target }) => [clean(name), clean(target)])).toEqual([['zlink', LONG]]);
  });

  it.each(['ustar', 'v7'])('%s, which has neither long names nor times before 1970', (format) => {
    const excluded = ['./directory-of-a-long-name', './zlink', './long symlink', './dir', './fifo'];
    const archive = gnuTar(`--format=${format}`, ...excluded.map((name) => `--exclude=${name}`));
    check(
      archive,
      NAMES.filter((name) => !excluded.includes(`./${name}`) && name !== LONG),
    );
  });

  it.each([
    ['gnu', '0.0'],
    ['pax', '0.0'],
    ['pax', '0.1'],
    ['pax', '1.0'],
  ])('%s with holes, version %s', (format, version) => {
    const archive = gnuTar(`--format=${format}`, '--sparse', `--sparse-version=${version}`);
    const sparse = check(archive, NAMES, format === 'pax').find(({ name }) => clean(name) === 'sparse');
    // Where the file system has no holes there is nothing to leave out.
    if (sparse?.extents !== undefined) expect(sparse.extents.length).toBe(HOLES.parts.length);
  });

  it('the name of an archive', () => {
    for (const format of ['gnu', 'pax'])
      check(gnuTar(`--format=${format}`, '--label=name'), NAMES, format === 'pax');
  });

  it('global headers and attributes', () => {
    const global = gnuTar('--format=pax', '--pax-option=globexthdr.name=g,uid=4000000,comment=c');
    expect(new Set(readAll(global).map(({ uid }) => uid))).toEqual(new Set([4000000]));
    const extended = gnuTar('--format=pax', '--pax-option=SCHILY.xattr.user.a:=one');
    expect(readAll(extended)[0]?.xattrs).toEqual(new Map([['user.a', 'one']]));
  });
});

const PYTHON = `
import sys, tarfile
with tarfile.open(fileobj=sys.stdout.buffer, mode='w|', format=getattr(tarfile, sys.argv[1])) as archive:
    archive.add('.')
`;
const hasPython = spawnSync('python3', ['-c', '']).status === 0;

describe.skipIf(!hasPython)('tarfile of Python', () => {
  it.each(['GNU_FORMAT', 'PAX_FORMAT'])('%s', (format) => {
    check(run('python3', ['-c', PYTHON, format]), NAMES, format === 'PAX_FORMAT');
  });
});

describe('tar of npm', () => {
  it('as it packs what is UTF-8', async () => {
    const names = ['empty', 'block of 512', 'caf\u00e9', 'dir', 'symlink', 'directory-of-a-long-name'];
    const packed = await create({ cwd: tree }, names).concat();
    check(
      packed,
      names.map((name) => Buffer.from(name).toString('latin1')),
    );
  });
});
