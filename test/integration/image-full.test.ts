/** Stores on a file system that is full. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { needsOnly } from '../support/conditions.ts';
import { imageOf, layerOf, layoutOf, scratch, writeFiles } from '../support/image.ts';
import { ROOT, run } from '../support/run.ts';

/** With one file more each time, until the load succeeds; and once more in the same process, when there is room. */
const LOADS = `
const [library, source, place] = process.argv.slice(1);
const { execFileSync } = require('node:child_process');
const { readdirSync } = require('node:fs');
const load = (images) => images.load(source).then(() => 'loaded', (error) => error.details?.errno ?? String(error));
const attempt = async ({ Images }, inodes) => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=' + inodes, 'tmpfs', place]);
  const images = await Images.open({ store: place + '/store', warn: console.error }).catch(() => undefined);
  if (images === undefined) return { first: 'no store' };
  const first = await load(images);
  const left = readdirSync(place + '/store/ingest');
  execFileSync('mount', ['-o', 'remount,nr_inodes=1000', place]);
  return { first, left, second: await load(images) };
};
(async () => {
  const module_ = await import(library);
  const outcomes = [];
  while (outcomes.at(-1)?.first !== 'loaded') {
    outcomes.push(await attempt(module_, 5 + outcomes.length));
    execFileSync('umount', ['-l', place]);
  }
  console.log(JSON.stringify(outcomes));
})();`;

it('a load that finds no room leaves nothing, and nothing that the next one waits for', async (context) => {
  needsOnly(context, 'root', 'mount namespaces');
  const [source, place] = [scratch(context), join(scratch(context), 'place')];
  const image = imageOf([layerOf({ a: 'a' }), layerOf({ 'd/b': 'b', 'd/c': 'c' })]);
  writeFiles(source, layoutOf([{ image, name: 'small' }]));
  mkdirSync(place);
  const args = ['-m', process.execPath, '-e', LOADS, join(ROOT, 'dist/index.js'), source, place];
  const { stdout, stderr } = await run('unshare', args);
  expect(stderr).toBe('');
  const outcomes = (JSON.parse(stdout) as { first: string; left?: string[]; second?: string }[]).filter(
    ({ first }) => first !== 'no store',
  );
  expect(outcomes.length).toBeGreaterThan(10);
  for (const outcome of outcomes.slice(0, -1))
    expect(outcome).toEqual({ first: 'ENOSPC', left: [], second: 'loaded' });
});
