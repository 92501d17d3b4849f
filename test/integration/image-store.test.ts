/** Stores of images under several processes, and under those that are killed. */
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import type { LoadedImage } from '../../src/image/store/load.ts';
import { openStore } from '../../src/image/store/store.ts';
import type { Store } from '../../src/image/store/store.ts';
import { needsOnly } from '../support/conditions.ts';
import { RUNTS } from '../support/entry.ts';
import { imageOf, layerOf, layoutOf, scratch, sha256, writeFiles } from '../support/image.ts';
import type { TestImage } from '../support/image.ts';
import { run, spawned } from '../support/run.ts';
import type { Ended } from '../support/run.ts';

/** A place of a process that died, in which something is mounted, before a command and after it. */
const MOUNTED = `
mkdir -p "$1/ingest/dead/in" && mount -t tmpfs none "$1/ingest/dead/in" || exit 99
"$0" image list --store "$1" && "$0" image list --store "$1" && umount "$1/ingest/dead/in" && "$0" image list --store "$1"`;

/** Bytes. */
const LARGE = 2 << 20;

const FULL = process.env['RUNTS_FULL'] === '1';
/** What becomes of it is left to chance. */
const CHANCE = { unrecorded: 'it is killed at a random moment' };

const fail = (message: string): void => expect.unreachable(message);

/** Many small files and a large one: the kills should meet each part of a load. */
function largeImage(): TestImage {
  const layers = [1, 2, 3].map((layer) => {
    const small = Array.from(
      { length: 100 },
      (_, at) => [`layer${layer}/file${at}`, `${layer} ${at}`] as const,
    );
    return layerOf({ ...Object.fromEntries(small), [`large${layer}`]: randomBytes(LARGE) });
  });
  return imageOf(layers);
}

interface Place {
  readonly image: TestImage;
  readonly directory: string;
  readonly args: readonly string[];
  /** The next command. */
  readonly open: () => Promise<Store>;
}

function place(context: TestContext): Place {
  const image = largeImage();
  const [layout, top] = [scratch(context), scratch(context)];
  writeFiles(layout, layoutOf([{ image, name: 'large' }]));
  const directory = join(top, 'store');
  return {
    image,
    directory,
    args: ['image', 'load', '--store', directory, '--json', layout],
    open: () => openStore({ directory, warn: fail }),
  };
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Starts a load and kills it after some milliseconds, unless it has ended by then. */
async function killed(args: readonly string[], after: number): Promise<void> {
  const child = spawned(RUNTS, args, CHANCE);
  const ended = new Promise((resolve) => child.on('close', resolve));
  await pause(after);
  child.kill('SIGKILL');
  await ended;
}

/** Nothing is left of what was under way, and what has a name is whole. */
async function expectSound(store: Store): Promise<void> {
  expect(readdirSync(store.paths.ingest)).toEqual([]);
  for (const { name } of await store.list()) expect((await store.resolve(name)).layers).toHaveLength(3);
  expect((await store.verify()).faults).toEqual([]);
}

async function timeToLoad(context: TestContext): Promise<number> {
  const begun = performance.now();
  expect(await run(RUNTS, place(context).args)).toMatchObject({ status: 0 });
  return performance.now() - begun;
}

const loadedBy = ({ stdout, stderr }: Ended): LoadedImage => {
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as LoadedImage[])[0]!;
};

describe('a load that is killed at any moment', () => {
  const attempts = FULL ? 200 : 12;

  it('leaves a good store', { timeout: attempts * 10_000 }, async (context) => {
    const time = await timeToLoad(context);
    const { args, image, open } = place(context);
    for (let attempt = 0; attempt < attempts; attempt++) {
      await killed(args, Math.random() * time);
      const store = await open();
      await expectSound(store);
      if ((await store.list()).length > 0) await store.remove(['large']);
      if (attempt % 2 === 1) await store.prune();
    }
    expect(await run(RUNTS, args)).toMatchObject({ status: 0 });
    const store = await open();
    await store.prune();
    await expectSound(store);
    const { layers, digest } = await store.resolve('large');
    expect(digest).toBe(sha256(image.manifest));
    expect(layers.map((path) => statSync(join(path, `large${3 - layers.indexOf(path)}`)).size)).toEqual(
      layers.map(() => LARGE),
    );
    expect(readdirSync(store.paths.layers)).toHaveLength(3);
  });

  it('leaves its layers to who waits for them', { timeout: attempts * 10_000 }, async (context) => {
    const time = await timeToLoad(context);
    for (let attempt = 0; attempt < attempts / 4; attempt++) {
      const { args, open } = place(context);
      const others = [0, 1].map(() => run(RUNTS, args, CHANCE));
      await killed(args, Math.random() * time);
      const images = (await Promise.all(others)).map(loadedBy);
      expect(images.map(({ layers }) => layers)).toHaveLength(2);
      await expectSound(await open());
    }
  });
});

it('of processes that load one image each layer is unpacked by one', async (context) => {
  const { args, directory, open } = place(context);
  const ended = await Promise.all([0, 1, 2].map(() => run(RUNTS, args, CHANCE)));
  const fresh = ended.map(loadedBy).flatMap(({ layers }) => layers.filter(({ isNew }) => isNew));
  expect(new Set(fresh.map(({ chainId }) => chainId)).size).toBe(3);
  expect(fresh).toHaveLength(3);
  expect(readdirSync(join(directory, 'layers'))).toHaveLength(3);
  await expectSound(await open());
});

it('a load goes on while others list, verify and prune', async (context) => {
  const { args, open } = place(context);
  const loading = run(RUNTS, args, CHANCE);
  const state = { isOver: false };
  const over = (): void => void (state.isOver = true);
  loading.then(over, over).catch(() => {});
  while (!state.isOver) {
    const store = await open();
    await store.prune();
    expect((await store.verify()).faults).toEqual([]);
  }
  loadedBy(await loading);
  const store = await open();
  expect((await store.prune()).layers).toEqual([]);
  await expectSound(store);
});

it('what a process that died has left, and cannot be removed, is told and hinders no command', async (context) => {
  needsOnly(context, 'root', 'mount namespaces');
  const { directory, open } = place(context);
  const { paths } = await open();
  const ended = await run('unshare', ['-m', 'sh', '-c', MOUNTED, RUNTS, directory]);
  expect(ended).toMatchObject({ status: 0, stdout: expect.stringMatching(/^(NAME.*\n){3}$/) });
  const told = `what a process that died has left cannot be removed: ${paths.ingest}/dead: invalid cross-device link`;
  expect(ended.stderr.split(told)).toHaveLength(3);
  expect(readdirSync(paths.ingest)).toEqual([]);
});
