import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { VERSION } from '../../../src/container/saved.ts';
import { openStore } from '../../../src/image/store/store.ts';
import type { Store } from '../../../src/image/store/store.ts';
import { scratch } from '../../support/image.ts';

const fail = (message: string): void => expect.unreachable(message);

interface Places {
  readonly store: Store;
  readonly root: string;
  /** Of the container `c1`. */
  readonly directory: string;
  /** Writes its state, whose bundle is `directory` unless another is named. */
  readonly begin: (bundle?: string) => void;
}

async function placesOf(context: TestContext): Promise<Places> {
  const base = scratch(context);
  const store = await openStore({ directory: join(base, 'store'), warn: fail });
  const root = join(base, 'root');
  const directory = join(store.paths.containers, 'c1');
  const begin = (bundle = directory): void => {
    mkdirSync(join(root, 'c1'), { recursive: true });
    writeFileSync(join(root, 'c1/state.json'), JSON.stringify({ version: VERSION, id: 'c1', bundle }));
  };
  return { store, root, directory, begin };
}

it('a place goes when it is released without a container', async (context) => {
  const { store, root, directory } = await placesOf(context);
  const place = await store.claim({ id: 'c1', root });
  expect(place.directory).toBe(directory);
  expect(existsSync(directory)).toBe(true);
  await place.release();
  expect(readdirSync(store.paths.containers)).toEqual([]);
});

it('a place stays for as long as its container, and goes by prune after that', async (context) => {
  const { store, root, directory, begin } = await placesOf(context);
  const place = await store.claim({ id: 'c1', root });
  begin();
  await place.release();
  await store.prune();
  expect(existsSync(directory)).toBe(true);
  await expect(store.claim({ id: 'c1', root })).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
    message: `container c1: has its files in ${directory} already`,
  });
  begin('/another/bundle');
  await store.prune();
  expect(existsSync(directory)).toBe(false);
});

it('prune takes nothing from who is still making a container', async (context) => {
  const { store, root, directory } = await placesOf(context);
  const place = await store.claim({ id: 'c1', root });
  writeFileSync(join(directory, 'file'), '');
  await store.prune();
  expect(existsSync(join(directory, 'file'))).toBe(true);
  await expect(store.claim({ id: 'c1', root })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  await place.release();
});

it('what a dead container has left is taken over', async (context) => {
  const { store, root, directory } = await placesOf(context);
  mkdirSync(directory);
  writeFileSync(join(directory, 'owner.json'), JSON.stringify({ id: 'c1', root }));
  writeFileSync(join(directory, 'old'), '');
  await store.claim({ id: 'c1', root });
  expect(readdirSync(directory).toSorted()).toEqual(['lock', 'owner.json']);
});

it('a state that cannot be read keeps its place', async (context) => {
  const { store, root, directory, begin } = await placesOf(context);
  const place = await store.claim({ id: 'c1', root });
  begin();
  writeFileSync(join(root, 'c1/state.json'), 'damaged');
  await place.release();
  expect(existsSync(directory)).toBe(true);
});

it.for(['', '..', 'a/b', '.'])('%j is no id of a place', async (id, context) => {
  const { store, root } = await placesOf(context);
  await expect(store.claim({ id, root })).rejects.toMatchObject({ code: 'INVALID_ID' });
});
