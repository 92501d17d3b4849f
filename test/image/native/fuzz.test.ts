import { execFileSync, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchDirectory } from '../../support/bundle.ts';
import { needsOnly } from '../../support/conditions.ts';
import { attributes, batchOf, directory, file, hardlink, symlink } from '../../support/layer-tree.ts';
import type { Part } from '../../support/layer-tree.ts';
import { ROOT } from '../../support/run.ts';

const PROGRAM = join(ROOT, 'build/fuzz-actions');
/** About two seconds; RUNTS_FULL=1 takes a minute. */
const ROUNDS = process.env['RUNTS_FULL'] === '1' ? 1_000_000 : 30_000;

beforeAll(() => {
  execFileSync('cmake', ['--build', join(ROOT, 'build'), '--target', 'fuzz-actions'], { stdio: 'ignore' });
}, 240_000);

const xattrs = new Map([['user.name', 'value\0']]);

const BATCHES: readonly (readonly Part[])[] = [
  [
    directory('', 0o755, { xattrs }),
    directory('a', 0o700),
    ...file('a/f', 'content', 0o4755, { uid: 7, xattrs }),
    hardlink('a/g', 'a/f', 0o4755),
    symlink('link', '../canary', { gid: 3 }),
    { kind: 'opaque', path: 'a' },
  ],
  [
    { kind: 'imply', path: 'd' },
    { kind: 'copy-up', path: 'd/low' },
    hardlink('high', 'd/low'),
    { kind: 'whiteout', path: 'd/gone' },
    { kind: 'fifo', path: 'p', attributes: attributes(0o600) },
    { kind: 'device', path: 'n', type: 'character', major: 1, minor: 3, attributes: attributes(0o666) },
    { kind: 'remove', path: 'p' },
  ],
  [
    {
      kind: 'file',
      path: 's',
      attributes: attributes(0o600),
      size: 90_000,
      extents: [{ offset: 5, length: 9 }],
    },
    Buffer.from('012345678'),
    symlink('to', '..'),
    directory('to'),
    ...file('to/canary', 'x'),
    { kind: 'remove', path: 'to' },
  ],
];

describe('the reader of encoded actions', () => {
  it('stays within the bytes, and what is applied within the layer', (context) => {
    needsOnly(context, 'root', 'whiteouts');
    const scratch = scratchDirectory(context);
    const place = join(scratch, 'place');
    mkdirSync(join(place, 'lower/d'), { recursive: true });
    writeFileSync(join(place, 'lower/d/low'), 'low');
    for (const canary of [scratch, place]) writeFileSync(join(canary, 'canary'), 'unharmed', { mode: 0o640 });
    const canaries = () =>
      [scratch, place].map((each) => [
        lstatSync(join(each, 'canary'), { bigint: true }),
        readdirSync(each).sort(),
      ]);
    const files = BATCHES.map((parts, index) => {
      const path = join(scratch, `batch-${index}`);
      writeFileSync(path, batchOf(parts).actions);
      return path;
    });
    mkdirSync(join(place, 'layer'));
    const before = canaries();
    const ended = spawnSync(PROGRAM, [String(ROUNDS), '1', place, ...files], { encoding: 'utf8' });
    expect(ended.stderr).toBe('');
    expect(ended.stdout).toMatch(new RegExp(`^${ROUNDS} batches read, sum [1-9]\\d*, [1-9]\\d* applied\\n$`));
    expect(ended.status).toBe(0);
    expect(canaries()).toEqual(before);
  }, 300_000);
});
