import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { coreFiles } from '../../src/host/core-files.ts';
import { addon } from '../../src/host/node-addon.ts';
import { Images, spec } from '../../src/index.ts';
import type { Image, Runtime } from '../../src/index.ts';
import { uniqueId } from '../support/bundle.ts';
import { parseProbes } from '../support/container.ts';
import { inspectLayer, probes, storeWith } from '../support/layers.ts';
import { openRuntime } from '../support/library.ts';
import { mountAt } from '../support/report.ts';
import type { Probed, Report } from '../support/report.ts';

interface Library {
  readonly images: Images;
  readonly image: Image;
  readonly runtime: Runtime;
  readonly scratch: string;
  /** What the store has for containers. */
  readonly places: () => string[];
}

const fail = (message: string): void => expect.unreachable(message);

async function libraryWith(context: TestContext): Promise<Library> {
  const { directory, scratch } = await storeWith(context, [inspectLayer], { Env: ['OF=image'] });
  const images = await Images.open({ store: directory, warn: fail });
  const runtime = await openRuntime(join(scratch, 'state'));
  const places = (): string[] => readdirSync(join(directory, 'containers'));
  return { images, image: await images.get('app'), runtime, scratch, places };
}

it('images are loaded, listed, found, and removed with what nothing uses', async (context) => {
  const { images, image, scratch } = await libraryWith(context);
  expect(image).toMatchObject({ names: ['app'], digest: expect.stringMatching(/^sha256:/) });
  expect(image.config.config?.Entrypoint).toEqual(['/bin/inspect']);
  const seen: string[] = [];
  const [again] = await images.load(join(scratch, 'layout'), {
    name: 'again',
    progress: ({ part }) => seen.push(part),
  });
  expect(again?.digest).toBe(image.digest);
  expect((await images.list()).map(({ name }) => name)).toEqual(['again', 'app']);
  expect((await images.get(image.digest)).names).toEqual(['again', 'app']);
  await images.remove('again');
  await expect(images.get('again')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  const { layers } = await images.remove('app');
  expect(layers).toHaveLength(1);
  expect((await images.prune()).layers).toEqual([]);
});

it('a load that is called off leaves nothing', async (context) => {
  const { images, scratch } = await libraryWith(context);
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(images.load(join(scratch, 'layout'), { name: 'other', signal })).rejects.toThrow('enough');
  expect((await images.list()).map(({ name }) => name)).toEqual(['app']);
});

it('a container of an image is what the image says, and its files go with it', async (context) => {
  const { image, runtime, places } = await libraryWith(context);
  const said = await runtime.run(uniqueId(), { image }).text();
  expect((JSON.parse(said) as Report).env).toContain('OF=image');
  expect(places()).toEqual([]);
});

it('an image is told what its containers have of their own', async (context) => {
  const { image, runtime } = await libraryWith(context);
  const own = image.with({
    user: 'app',
    hostname: 'box',
    readonly: true,
    spec: (ofImage) => ofImage.env({ OF: 'caller' }),
  });
  const report = JSON.parse(await runtime.run(uniqueId(), { image: own }).text()) as Report;
  expect(report).toMatchObject({ uid: 1000, gid: 1001, hostname: 'box' });
  expect(report.env).toContain('OF=caller');
  const asRoot = JSON.parse(
    await runtime.run(uniqueId(), { image: own.with({ user: '0' }) }).text(),
  ) as Report;
  expect(mountAt(asRoot, '/')?.options).toContain('ro');
});

it('a created container has its files until it is deleted', async (context) => {
  const { image, runtime, places } = await libraryWith(context);
  const id = uniqueId();
  const container = await runtime.create(id, { image: image.with({ args: ['sleep', '60'] }) });
  expect(places()).toEqual([id]);
  await container.start();
  await container.delete({ force: true });
  expect(places()).toEqual([]);
});

const turn = (): Promise<boolean> => new Promise((settle) => setImmediate(settle, false));

/** Whether it was so at one of the turns that others had before the promise was settled. */
async function meanwhile(promise: Promise<unknown>, isSo: () => boolean): Promise<boolean> {
  const settled = promise.then(() => true);
  let seen = false;
  while (!(await Promise.race([settled, turn()]))) seen ||= isSo();
  return seen;
}

/** Files that take a while to remove. */
function fill(directory: string): void {
  for (let i = 0; i < 20_000; i += 1) writeFileSync(join(directory, String(i)), '');
}

it('others go on while the files of a container are removed', async (context) => {
  const { image, runtime, scratch, places } = await libraryWith(context);
  const id = uniqueId();
  const container = await runtime.create(id, { image: image.with({ args: ['sleep', '60'] }) });
  fill(join(scratch, 'store/containers', id));
  const deleted = container.delete({ force: true });
  expect(await meanwhile(deleted, () => places().some((name) => name.startsWith(`${id}.`)))).toBe(true);
  expect(places()).toEqual([]);
});

it('others may use the store while a root file system is removed', async (context) => {
  const { image, scratch, places } = await libraryWith(context);
  const rootfs = await image.rootfs();
  fill(rootfs.directory);
  const files = coreFiles(addon, () => 0);
  const isFree = (): boolean => {
    const lock = places().length === 0 ? files.tryLock(join(scratch, 'store/lock')) : undefined;
    lock?.release();
    return lock !== undefined && readdirSync(join(scratch, 'store/ingest')).length > 0;
  };
  expect(await meanwhile(rootfs.remove(), isFree)).toBe(true);
  expect(readdirSync(join(scratch, 'store/ingest'))).toEqual([]);
});

it('a root file system is written by one container after the other, and goes with its end', async (context) => {
  const { image, runtime, places } = await libraryWith(context);
  const rootfs = await image.rootfs();
  const ofImage = spec.from(rootfs.spec);
  const run = async (...words: string[][]): Promise<Probed[]> => {
    const options = { rootfs, spec: ofImage.args('/bin/inspect', ...probes(...words)) };
    return parseProbes(await runtime.run(uniqueId(), options).text());
  };
  await run(['write', '/kept', 'by the first']);
  const [kept] = await run(['read', '/kept']);
  expect(kept?.value).toBe('by the first');
  const plain = await runtime.run(uniqueId(), { rootfs }).text();
  expect(JSON.parse(plain)).toMatchObject({ args: ['/bin/inspect', '--json'] });
  expect(places()).toHaveLength(1);
  await rootfs[Symbol.asyncDispose]();
  expect(existsSync(rootfs.directory)).toBe(false);
});

it('a root file system is the root of any spec', async (context) => {
  const { image, runtime } = await libraryWith(context);
  await using rootfs = await image.rootfs();
  const other = spec.base().args('/bin/inspect', 'read', '/etc/hostname');
  const [hostname] = parseProbes(await runtime.run(uniqueId(), { rootfs, spec: other }).text());
  expect(hostname?.value).toMatch(/^rootfs-/);
});

it('a root file system is that of one container at a time', async (context) => {
  const { image, runtime } = await libraryWith(context);
  const rootfs = await image.rootfs();
  const both = await Promise.allSettled([1, 2].map(() => runtime.create(uniqueId(), { rootfs })));
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(both[1]).toMatchObject({ reason: { code: 'WRONG_STATE' } });
  for (const { id } of await runtime.list()) await runtime.delete(id, { force: true });
  const container = await runtime.create(uniqueId(), { rootfs });
  await container.delete();
  await rootfs.remove();
});

it('prune takes no root file system from a container that uses it', async (context) => {
  const { images, image, runtime, places } = await libraryWith(context);
  const rootfs = await image.rootfs();
  const asleep = spec.from(rootfs.spec).args('/bin/inspect', 'sleep', '60');
  const container = await runtime.create(uniqueId(), { rootfs, spec: asleep });
  await rootfs[Symbol.asyncDispose]();
  await images.prune();
  expect(places()).toHaveLength(1);
  await container.delete({ force: true });
  await images.prune();
  expect(places()).toEqual([]);
});

it('says what does not go together, and leaves nothing of what fails', async (context) => {
  const { image, runtime, places } = await libraryWith(context);
  const both = runtime.create(uniqueId(), { image, spec: spec.base() });
  await expect(both).rejects.toThrow('spec and image exclude each other');
  const missing = runtime.run(uniqueId(), { image: image.with({ entrypoint: ['/none'] }) });
  await expect(missing).rejects.toMatchObject({ code: 'STEP_FAILED' });
  await expect(runtime.create(uniqueId(), { image: image.with({ user: 'nobody' }) })).rejects.toThrow(
    'has no user nobody',
  );
  const called = runtime.run(uniqueId(), { image, signal: AbortSignal.abort(new Error('enough')) });
  await expect(called).rejects.toThrow('enough');
  expect(places()).toEqual([]);
  await expect(runtime.plan('x', { image })).rejects.toThrow('an image has no plan and no config yet');
});
