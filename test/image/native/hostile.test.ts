import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import type { Action } from '../../../src/image/layer/actions.ts';
import { layerFunctions } from '../../../src/image/native.ts';
import { scratchDirectory } from '../../support/bundle.ts';
import { ROOT } from '../../support/run.ts';
import {
  applyBatches,
  attributes,
  batchOf,
  directory,
  emptyLayer,
  file,
  hardlink,
  layerOf,
  symlink,
} from '../../support/layer-tree.ts';
import type { Part } from '../../support/layer-tree.ts';

/** What only a fault of src/image/layer could ask for. */

const owner = { uid: 4242, gid: 4242 };

/** Every kind of action at a path. */
const actionsAt = (path: string): Action[] => [
  directory(path, 0o777, owner),
  { kind: 'imply', path },
  { kind: 'file', path, attributes: attributes(0o777, owner), size: 0 },
  symlink(path, 'anywhere', owner),
  hardlink(path, 'safe', 0o777, owner),
  hardlink('other', path, 0o777, owner),
  { kind: 'copy-up', path },
  { kind: 'device', path, type: 'character', major: 1, minor: 3, attributes: attributes(0o777, owner) },
  { kind: 'fifo', path, attributes: attributes(0o777, owner) },
  { kind: 'whiteout', path },
  { kind: 'opaque', path },
  { kind: 'remove', path },
];

const MAY_BE_ROOT: ReadonlySet<string> = new Set(['directory', 'imply', 'opaque']);

/** A directory outside of the layer that nothing may change, and what it has. */
function canary(context: TestContext): { path: string; look: () => unknown } {
  const path = join(scratchDirectory(context), 'canary');
  mkdirSync(join(path, 'sub'), { recursive: true });
  for (const name of ['x', 'f0', 'sub/x']) writeFileSync(join(path, name), `unharmed ${name}`);
  symlinkSync('x', join(path, 'link'));
  chmodSync(path, 0o700);
  const look = (): unknown =>
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .concat('.')
      .sort()
      .map((name) => {
        const { mode, uid, gid, size, ino, nlink, mtimeNs, ctimeNs } = lstatSync(join(path, name), {
          bigint: true,
        });
        return [name, mode, uid, gid, size, ino, nlink, mtimeNs, ctimeNs, contentOf(join(path, name))];
      });
  return { path, look };
}

function contentOf(path: string): string {
  const status = lstatSync(path);
  if (status.isSymbolicLink()) return readlinkSync(path);
  return status.isFile() ? readFileSync(path, 'utf8') : '';
}

const applied = (layer: string, parts: readonly Part[]): Promise<unknown> =>
  applyBatches(layer, [batchOf(parts)], [layer]);

describe('a path that is none of a layer', () => {
  const paths = [
    '..',
    '.',
    '../canary',
    '/etc',
    '/',
    'a/../../x',
    'a/..',
    'a//x',
    './x',
    'a/',
    'a\0b',
    'a/./x',
  ];

  it.for(paths)('is refused: %j', async (path, context) => {
    for (const action of actionsAt(path)) {
      const refusal = { code: 'EINVAL', call: 'the actions', action: 0 };
      await expect(applied(emptyLayer(context), [action]), action.kind).rejects.toMatchObject(refusal);
    }
  });

  it('is the root of what is no directory', async (context) => {
    for (const action of actionsAt('').filter(({ kind }) => !MAY_BE_ROOT.has(kind)))
      await expect(applied(emptyLayer(context), [action]), action.kind).rejects.toMatchObject({
        code: 'EINVAL',
      });
  });
});

describe('a link on the way', () => {
  it('is not followed by any action, nor as the last component', async (context) => {
    const { path: outside, look } = canary(context);
    const before = look();
    for (const target of [outside, join(outside, 'sub'), '..', '.']) {
      for (const action of [...actionsAt('link/x'), ...actionsAt('a/link/sub/x')]) {
        const parts = [
          directory('a'),
          symlink('link', target),
          symlink('a/link', target),
          ...file('safe', ''),
          action,
        ];
        await expect(applied(emptyLayer(context), parts), action.kind).rejects.toMatchObject({ action: 4 });
      }
      for (const action of actionsAt('link')) {
        const parts = [symlink('link', join(outside, 'x'), owner), ...file('safe', ''), action];
        await applied(emptyLayer(context), parts).catch(() => {});
      }
    }
    expect(look()).toEqual(before);
  });

  it('is not followed in lower layers', async (context) => {
    const { path: outside } = canary(context);
    const lower = await layerOf(context, [
      symlink('l', outside),
      directory('d'),
      symlink('d/x', join(outside, 'x')),
    ]);
    const layer = await layerOf(
      context,
      [
        { kind: 'imply', path: 'l' },
        { kind: 'imply', path: 'd' },
        { kind: 'copy-up', path: 'd/x' },
      ],
      [lower],
    );
    expect(lstatSync(join(layer, 'l')).mode).toBe(0o40755);
    expect(readlinkSync(join(layer, 'd/x'))).toBe(join(outside, 'x'));
    await expect(
      layerOf(
        context,
        [
          { kind: 'imply', path: 'l' },
          { kind: 'copy-up', path: 'l/x' },
        ],
        [lower],
      ),
    ).rejects.toMatchObject({ code: 'ENOENT', path: 'l/x' });
  });
});

describe('what does not fit together', () => {
  const two: Extract<Action, { kind: 'file' }> = {
    kind: 'file',
    path: 'f',
    attributes: attributes(0o600),
    size: 2,
  };

  it('is content without a file, too much or too little of it', async (context) => {
    const invalid = { code: 'EINVAL' };
    const tries: Part[][] = [
      [Buffer.from('x')],
      [two, Buffer.from('abc')],
      [two, Buffer.from('a')],
      [two, Buffer.from('a'), directory('d')],
      [directory('d'), Buffer.from('x')],
      [two, Buffer.from('ab'), Buffer.from('c')],
    ];
    for (const parts of tries)
      await expect(applied(emptyLayer(context), parts)).rejects.toMatchObject(invalid);
  });

  it('is content that lies outside of its chunk', async (context) => {
    const numbers = [
      [1, 0, 2],
      [0, 7, 2],
      [0, 0xffffffff, 2],
      [0, 2, 0xffffffff],
      [0xffffffff, 0, 2],
    ];
    for (const [chunk = 0, offset = 0, length = 0] of numbers) {
      const { actions } = batchOf([two, new Uint8Array(2)]);
      const view = new DataView(actions.buffer, actions.byteOffset + actions.length - 12);
      view.setUint32(0, chunk, true);
      view.setUint32(4, offset, true);
      view.setUint32(8, length, true);
      const batch = { actions, chunks: [new Uint8Array(8)] };
      await expect(applyBatches(emptyLayer(context), [batch])).rejects.toMatchObject({
        code: 'EINVAL',
        path: 'f',
      });
    }
  });

  it('is a batch that ends early', async (context) => {
    const { actions, chunks } = batchOf([
      directory('d', 0o755, { xattrs: new Map([['user.a', 'b']]) }),
      symlink('d/s', 't'),
      two,
      Buffer.from('ab'),
    ]);
    const ends = new Set<number>();
    for (let end = 0; end < actions.length; end++) {
      const batch = { actions: actions.subarray(0, end), chunks };
      await applyBatches(emptyLayer(context), [batch]).then(
        () => ends.add(end),
        (error: unknown) => expect(error).toMatchObject({ code: 'EINVAL' }),
      );
    }
    // nothing, the directory, the link
    expect(ends.size).toBe(3);
  });

  it('are modes, owners and devices that mean something else', async (context) => {
    const refused: Action[] = [
      directory('d', 0o10000),
      directory('d', 0o755, { uid: 0xffffffff }),
      directory('d', 0o755, { gid: 0xffffffff }),
      directory('d', 0o755, { mtime: { seconds: 0, nanoseconds: 1_000_000_000 } }),
      directory('d', 0o755, { xattrs: new Map([['', 'x']]) }),
      directory('d', 0o755, { xattrs: new Map([['user.a\0b', 'x']]) }),
      symlink('l', ''),
      symlink('l', 'a\0b'),
      { kind: 'device', path: 'c', type: 'character', major: 0, minor: 0, attributes: attributes(0o666) },
      { ...two, extents: [{ offset: 1, length: 2 }] },
      {
        ...two,
        size: 9,
        extents: [
          { offset: 4, length: 2 },
          { offset: 5, length: 1 },
        ],
      },
    ];
    for (const action of refused)
      await expect(applied(emptyLayer(context), [action])).rejects.toMatchObject({
        code: 'EINVAL',
        action: 0,
      });
  });

  it('is anything after a failure', async (context) => {
    const functions = layerFunctions();
    const layer = emptyLayer(context);
    const writer = functions.openLayer(layer, []);
    const apply = (parts: readonly Part[]): Promise<void> => {
      const { actions, chunks } = batchOf(parts);
      return functions.applyActions(writer, actions, chunks);
    };
    const first = apply([directory('a'), directory('missing/b')]);
    const second = apply([directory('c')]);
    await expect(first).rejects.toMatchObject({
      code: 'ENOENT',
      action: 1,
      path: 'missing/b',
      call: expect.stringMatching(/^openat2\(\[\d+\], "missing"\)$/) as string,
    });
    await expect(second).rejects.toMatchObject({ code: 'ECANCELED' });
    await expect(functions.finishLayer(writer)).rejects.toMatchObject({ code: 'ECANCELED' });
    functions.closeLayer(writer);
    await expect(async () => functions.finishLayer(writer)).rejects.toMatchObject({ code: 'EINVAL' });
    expect(readdirSync(layer)).toEqual(['a']);
  });
});

/** Swaps directories of the layer with links to the canary and back, until it is told to stop. */
const SWAPS = `
const { workerData: { layer, outside, stop } } = require('node:worker_threads');
const { renameSync, rmSync, symlinkSync } = require('node:fs');
const tried = (act) => { try { act(); } catch {} };
for (let i = 0; Atomics.load(stop, 0) === 0; i++) {
  const at = layer + ['/a', '/a/b', '/a/b/c'][i % 3];
  tried(() => renameSync(at, at + '.away'));
  tried(() => symlinkSync(outside, at));
  tried(() => rmSync(at));
  tried(() => renameSync(at + '.away', at));
}`;

describe('a race', () => {
  it('for directories and links leads nowhere outside', async (context) => {
    const { path: outside, look } = canary(context);
    const layer = emptyLayer(context);
    const before = look();
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const swapper = new Worker(SWAPS, { eval: true, workerData: { layer, outside, stop } });
    const names = ['a', 'a/b', 'a/b/c'];
    const inside = names.flatMap((name) => [
      ...file(`${name}/x`, 'overwritten', 0o777, owner),
      ...file(`${name}/f0`, '', 0o777, owner),
      symlink(`${name}/link`, 'elsewhere', owner),
      directory(`${name}/sub`, 0o777, owner),
      ...file(`${name}/sub/x`, '', 0o777, owner),
      { kind: 'fifo', path: `${name}/p`, attributes: attributes(0o777, owner) } as const,
      { kind: 'remove', path: `${name}/sub` } as const,
    ]);
    const parts = [...names.map((name) => directory(name, 0o777, owner)), ...inside];
    for (let round = 0; round < 150; round++) await applied(layer, parts).catch(() => {});
    Atomics.store(stop, 0, 1);
    await new Promise((resolve) => {
      swapper.once('exit', resolve);
    });
    expect(look()).toEqual(before);
  });
});

/** Says when the batch is being applied. */
const APPLIES = `
const { parentPort, workerData: { addon, layer, actions, chunks } } = require('node:worker_threads');
const module_ = { exports: {} };
process.dlopen(module_, addon);
void module_.exports.applyActions(module_.exports.openLayer(layer, []), actions, chunks);
while (!require('node:fs').existsSync(layer + '/f'));
parentPort.postMessage('begun');`;

it('a layer that is closed is kept for what was to be applied', async (context) => {
  const functions = layerFunctions();
  const layer = emptyLayer(context);
  const large = batchOf(file('f', 'a'.repeat(2 ** 24)));
  const next = batchOf([directory('d')]);
  const writer = functions.openLayer(layer, []);
  const all = [large, next].map(({ actions, chunks }) => functions.applyActions(writer, actions, chunks));
  functions.closeLayer(writer);
  await Promise.all(all);
  expect(readdirSync(layer).sort()).toEqual(['d', 'f']);
  expect(statSync(join(layer, 'f')).size).toBe(2 ** 24);
});

describe('a worker that is terminated', () => {
  it('has its batch read no further than its memory lives', async (context) => {
    const layer = emptyLayer(context);
    const content = new Uint8Array(64 * 1024 * 1024).fill(0x61);
    const { actions, chunks } = batchOf([
      { kind: 'file', path: 'f', attributes: attributes(0o600), size: content.length },
      content,
    ]);
    const workerData = { addon: join(ROOT, 'build/out/runts.node'), layer, actions, chunks };
    const worker = new Worker(APPLIES, { eval: true, workerData });
    await new Promise((resolve) => {
      worker.once('message', resolve);
    });
    await worker.terminate();
    const written = readFileSync(join(layer, 'f'));
    expect(written.every((byte) => byte === 0x61)).toBe(true);
  });
});
