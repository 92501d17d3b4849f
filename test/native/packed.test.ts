import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { scratchDirectory } from '../support/bundle.ts';
import { ROOT } from '../support/run.ts';
import { zstdFrame, ZSTD } from '../support/zstd.ts';

const PROGRAM = join(ROOT, 'build/fuzz-packed');
/** About two seconds; RUNTS_FULL=1 takes a minute. */
const ROUNDS = process.env['RUNTS_FULL'] === '1' ? 150_000 : 2000;

beforeAll(() => {
  execFileSync('cmake', ['--build', join(ROOT, 'build'), '--target', 'fuzz-packed'], { stdio: 'ignore' });
}, 120_000);

const CONTENT = Buffer.concat([Buffer.from('text, text and more text '.repeat(800)), randomBytes(3000)]);

const SAMPLES: Readonly<Record<string, Buffer>> = {
  gzip: gzipSync(CONTENT),
  'gzip-fast': gzipSync(CONTENT, { level: 1 }),
  'gzip-stored': gzipSync(CONTENT, { level: 0 }),
  'gzip-fixed': gzipSync(CONTENT, { strategy: constants.Z_FIXED }),
  'gzip-members': Buffer.concat([gzipSync('one'), gzipSync(''), gzipSync(CONTENT)]),
  zstd: Buffer.concat([zstdFrame(7, 100_000), ZSTD]),
};

it('damaged gzip and zstd data are unpacked within their bytes, and alike by ISA-L and zlib', (context) => {
  const scratch = scratchDirectory(context);
  const files = Object.entries(SAMPLES).map(([name, bytes]) => {
    writeFileSync(join(scratch, name), bytes);
    return join(scratch, name);
  });
  const ended = spawnSync(PROGRAM, [String(ROUNDS), '1', ...files], { encoding: 'utf8' });
  expect(ended).toMatchObject({ stderr: '', stdout: `${ROUNDS} unpacked\n`, status: 0 });
}, 300_000);
