import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { openStore } from '../../../src/image/store/store.ts';
import { scratch } from '../../support/image.ts';

const fail = (message: string): void => expect.unreachable(message);

const open = (directory: string) => openStore({ directory, warn: fail });

function directoryOf(context: TestContext, mode = 0o700): string {
  const directory = join(scratch(context), 'store');
  mkdirSync(directory);
  chmodSync(directory, mode);
  return directory;
}

it('a store is made for its owner alone, with what leads to it', async (context) => {
  const directory = join(scratch(context), 'a/b/store');
  const store = await open(directory);
  expect(await store.list()).toEqual([]);
  for (const path of [directory, ...readdirSync(directory).map((name) => join(directory, name))]) {
    expect(statSync(path).mode & 0o077).toBe(0);
  }
});

it('a store may be reached by a link', async (context) => {
  const directory = directoryOf(context);
  const link = join(scratch(context), 'link');
  symlinkSync(directory, link);
  expect((await open(link)).paths.directory).toBe(directory);
});

it.for([0o770, 0o707, 0o1777])('a directory of mode %o is refused', async (mode, context) => {
  const directory = directoryOf(context, mode);
  await expect(open(directory)).rejects.toThrow(`${directory}: others than its owner may write to it`);
});

it('a directory of another user is refused', async (context) => {
  context.skip(process.geteuid?.() !== 0, 'only root gives files away');
  const directory = directoryOf(context);
  chownSync(directory, 1000, 1000);
  await expect(open(directory)).rejects.toThrow(`${directory}: belongs to another user (1000)`);
});

it('a directory of other things is refused, and left as it is', async (context) => {
  const directory = directoryOf(context);
  writeFileSync(join(directory, 'letter.txt'), '');
  await expect(open(directory)).rejects.toThrow(`${directory}: is no store of images: it has "letter.txt"`);
  expect(readdirSync(directory)).toEqual(['letter.txt']);
});

it('a file is refused', async (context) => {
  const path = join(scratch(context), 'file');
  writeFileSync(path, '');
  await expect(open(path)).rejects.toThrow(`${path}: is no directory`);
});

it('what a process has left that died is removed, what a living one has is not', async (context) => {
  const directory = join(scratch(context), 'store');
  const { paths } = await open(directory);
  mkdirSync(join(paths.ingest, 'dead/layer'), { recursive: true });
  writeFileSync(join(paths.ingest, 'dead.lock'), '');
  await open(directory);
  expect(readdirSync(paths.ingest)).toEqual([]);
});
