import { chmodSync, chownSync, lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actionEncoder } from '../../../src/image/layer/encode.ts';
import {
  applyBatches,
  attributes,
  batchOf,
  bytesOf,
  directory,
  emptyLayer,
  file,
  hardlink,
  layerOf,
  pathIn,
  symlink,
} from '../../support/layer-tree.ts';

const MTIME = 1_000_000_000_123_456_789n;

const statOf = (layer: string, path: string): BigIntStats => lstatSync(join(layer, path), { bigint: true });
const modeOf = (layer: string, path: string): number => Number(statOf(layer, path).mode);

const at = (seconds: number, nanoseconds: number) => ({ mtime: { seconds, nanoseconds } });
const deepPath = (depth: number): string => Array.from({ length: depth }, () => 'd').join('/');

describe('what is made', () => {
  it('has mode, owner and time of its own, whatever the umask', async (context) => {
    const umask = process.umask(0o077);
    context.onTestFinished(() => {
      process.umask(umask);
    });
    const layer = await layerOf(context, [
      directory('', 0o711),
      directory('d', 0o1777, { uid: 3, gid: 4 }),
      ...file('d/f', 'text', 0o666),
      ...file('d/setuid', '#!', 0o6755, { uid: 1000, gid: 1001 }),
      ...file('d/read-only', 'r', 0o444),
      ...file('d/empty', '', 0),
    ]);
    expect(modeOf(layer, '')).toBe(0o40711);
    expect(modeOf(layer, 'd')).toBe(0o41777);
    expect(modeOf(layer, 'd/f')).toBe(0o100666);
    expect(modeOf(layer, 'd/setuid')).toBe(0o106755);
    expect(modeOf(layer, 'd/read-only')).toBe(0o100444);
    expect(modeOf(layer, 'd/empty')).toBe(0o100000);
    expect(statOf(layer, 'd')).toMatchObject({ uid: 3n, gid: 4n, mtimeNs: MTIME });
    expect(statOf(layer, 'd/setuid')).toMatchObject({ uid: 1000n, gid: 1001n, mtimeNs: MTIME });
    expect(statOf(layer, '')).toMatchObject({ mtimeNs: MTIME });
    expect(readFileSync(join(layer, 'd/f'), 'utf8')).toBe('text');
  });

  it('has times before 1970 and after 2038', async (context) => {
    const layer = await layerOf(context, [
      ...file('before', '', 0o644, at(-2, 500_000_000)),
      ...file('after', '', 0o644, at(5_000_000_000, 1)),
    ]);
    expect(statOf(layer, 'before').mtimeNs).toBe(-1_500_000_000n);
    expect(statOf(layer, 'after').mtimeNs).toBe(5_000_000_000_000_000_001n);
  });

  it('is a link, a device, a fifo or a whiteout, with owner and time of its own', async (context) => {
    const owner = { uid: 7, gid: 8 };
    const layer = await layerOf(context, [
      symlink('link', '/nowhere/at all', owner),
      { kind: 'fifo', path: 'fifo', attributes: attributes(0o622, owner) },
      { kind: 'device', path: 'null', type: 'character', major: 1, minor: 3, attributes: attributes(0o666) },
      {
        kind: 'device',
        path: 'disk',
        type: 'block',
        major: 259,
        minor: 70_000,
        attributes: attributes(0o660, owner),
      },
      { kind: 'whiteout', path: 'gone' },
    ]);
    expect(readlinkSync(join(layer, 'link'))).toBe('/nowhere/at all');
    expect(statOf(layer, 'link')).toMatchObject({ uid: 7n, gid: 8n, mtimeNs: MTIME });
    expect(statOf(layer, 'fifo')).toMatchObject({ uid: 7n, gid: 8n, mtimeNs: MTIME, mode: 0o10622n });
    expect(statOf(layer, 'null')).toMatchObject({ mode: 0o20666n, rdev: 0x103n, mtimeNs: MTIME });
    expect(statOf(layer, 'disk')).toMatchObject({ mode: 0o60660n, uid: 7n, gid: 8n });
    expect(statOf(layer, 'disk').rdev).toBe((259n << 8n) | (70_000n & 0xffn) | ((70_000n & ~0xffn) << 12n));
    expect(statOf(layer, 'gone')).toMatchObject({ mode: 0o20000n, rdev: 0n });
  });

  it('has names of any bytes', async (context) => {
    const name = bytesOf('ü\n') + '\xff\x01';
    const layer = await layerOf(context, [
      directory(name),
      ...file(`${name}/${name}`, 'x'),
      symlink('s', name),
    ]);
    expect(readFileSync(pathIn(layer, `${name}/${name}`), 'utf8')).toBe('x');
    expect(readlinkSync(join(layer, 's'), 'latin1')).toBe(name);
  });

  it('has no name that is not one of bytes', () => {
    const refusal = { code: 'INVALID_ARGUMENT', message: 'layer: a text is not one of bytes: \u20ac' };
    expect(() => batchOf([directory('\u20ac')])).toThrow(expect.objectContaining(refusal) as Error);
  });

  it('shares a file with its hard links, which may come between others', async (context) => {
    const layer = await layerOf(context, [
      directory('a'),
      directory('b'),
      ...file('a/f', 'one', 0o4755, { uid: 5 }),
      hardlink('b/g', 'a/f', 0o6711, { uid: 6, ...at(7, 8) }),
      symlink('a/s', 'f'),
      hardlink('b/s', 'a/s', 0o777, at(9, 0)),
    ]);
    expect(statOf(layer, 'b/g')).toMatchObject({
      ino: statOf(layer, 'a/f').ino,
      nlink: 2n,
      mode: 0o106711n,
      uid: 6n,
      gid: 0n,
      mtimeNs: 7_000_000_008n,
    });
    expect(statOf(layer, 'b/s')).toMatchObject({
      ino: statOf(layer, 'a/s').ino,
      nlink: 2n,
      mtimeNs: 9_000_000_000n,
    });
  });
});

describe('content', () => {
  it('comes in parts, over batches', async (context) => {
    const layer = emptyLayer(context);
    const encoder = actionEncoder();
    encoder.action({ kind: 'file', path: 'f', attributes: attributes(0o644), size: 10 });
    encoder.content(Buffer.from('012'));
    const first = encoder.take();
    encoder.content(new Uint8Array(Buffer.from('xx3456yy')).subarray(2, 6));
    encoder.content(Buffer.from('789'));
    const second = encoder.take();
    await applyBatches(layer, [first, second, batchOf(file('g', 'after'))]);
    expect(readFileSync(join(layer, 'f'), 'utf8')).toBe('0123456789');
    expect(readFileSync(join(layer, 'g'), 'utf8')).toBe('after');
    expect(statOf(layer, 'f').mtimeNs).toBe(MTIME);
  });

  it('leaves holes where a sparse file has them', async (context) => {
    const size = 64 * 1024 * 1024;
    const sparse = (path: string, extents: { offset: number; length: number }[]) =>
      ({ kind: 'file', path, attributes: attributes(0o644), size, extents }) as const;
    const layer = await layerOf(context, [
      sparse('middle', [
        { offset: 1024 * 1024, length: 4 },
        { offset: size - 3, length: 3 },
      ]),
      Buffer.from('midend!'),
      sparse('nothing', []),
      sparse('marker', [
        { offset: 0, length: 2 },
        { offset: size, length: 0 },
      ]),
      Buffer.from('ab'),
    ]);
    const middle = readFileSync(join(layer, 'middle'));
    expect(middle.length).toBe(size);
    expect(middle.toString('latin1', 1024 * 1024, 1024 * 1024 + 5)).toBe('mide\0');
    expect(middle.toString('latin1', size - 4)).toBe('\0nd!');
    for (const name of ['middle', 'nothing', 'marker']) {
      expect(statOf(layer, name).size).toBe(BigInt(size));
      expect(Number(statOf(layer, name).blocks)).toBeLessThan(1024);
    }
  });
});

describe('what lies at a path already', () => {
  it('goes, with all that is below it; a directory stays one', async (context) => {
    const layer = await layerOf(context, [
      directory('d', 0o700),
      ...file('d/kept', ''),
      directory('d', 0o750),
      directory('e'),
      directory('e/f'),
      ...file('e/f/g', ''),
      ...file('e', 'file'),
      symlink('l', 'd'),
      directory('l', 0o701),
      ...file('l/inside', ''),
      ...file('h', ''),
      { kind: 'whiteout', path: 'h' },
      directory('r'),
      ...file('r/x', ''),
      { kind: 'remove', path: 'r' },
      { kind: 'remove', path: 'never' },
    ]);
    expect(readdirSync(layer).sort()).toEqual(['d', 'e', 'h', 'l']);
    expect(readdirSync(join(layer, 'd'))).toEqual(['kept']);
    expect(modeOf(layer, 'd')).toBe(0o40750);
    expect(readFileSync(join(layer, 'e'), 'utf8')).toBe('file');
    expect(modeOf(layer, 'l')).toBe(0o40701);
    expect(modeOf(layer, 'h')).toBe(0o20000);
  });

  it('may be deep', async (context) => {
    const deep = Array.from({ length: 1500 }, (_, depth) => directory(deepPath(depth + 1)));
    const layer = await layerOf(context, [...deep, ...file('d', 'flat')]);
    expect(readFileSync(join(layer, 'd'), 'utf8')).toBe('flat');
  });
});

describe('of lower layers', () => {
  it('implied directories have the attributes of the topmost that shows one', async (context) => {
    const time = at(5, 6);
    const bottom = await layerOf(context, [
      directory('', 0o751, time),
      directory('root', 0o700, { uid: 1, gid: 2, ...time }),
      directory('hidden', 0o700),
      directory('opaque', 0o700),
      directory('opaque/in', 0o700),
    ]);
    const top = await layerOf(
      context,
      [directory('opaque', 0o705), { kind: 'opaque', path: 'opaque' }, { kind: 'whiteout', path: 'hidden' }],
      [bottom],
    );
    const paths = ['root', 'root/new', 'hidden', 'opaque', 'opaque/in'];
    const layer = await layerOf(
      context,
      paths.map((path) => ({ kind: 'imply', path })),
      [top, bottom],
    );
    expect(modeOf(layer, '')).toBe(0o40751);
    expect(statOf(layer, 'root')).toMatchObject({
      mode: 0o40700n,
      uid: 1n,
      gid: 2n,
      mtimeNs: 5_000_000_006n,
    });
    expect(statOf(layer, 'root/new')).toMatchObject({ mode: 0o40755n, uid: 0n, mtimeNs: 0n });
    expect(modeOf(layer, 'hidden')).toBe(0o40755);
    expect(modeOf(layer, 'opaque')).toBe(0o40705);
    expect(modeOf(layer, 'opaque/in')).toBe(0o40755);
  });

  it('files are copied up, with holes and attributes', async (context) => {
    const lower = await layerOf(context, [
      directory('d'),
      {
        kind: 'file',
        path: 'd/f',
        attributes: attributes(0o4711, { uid: 9 }),
        size: 8_000_000,
        extents: [{ offset: 7_999_996, length: 4 }],
      },
      Buffer.from('last'),
      symlink('s', 'd/f', { gid: 3 }),
    ]);
    const layer = await layerOf(
      context,
      [
        { kind: 'imply', path: 'd' },
        { kind: 'copy-up', path: 'd/f' },
        hardlink('g', 'd/f', 0o4711, { uid: 9 }),
        { kind: 'copy-up', path: 's' },
      ],
      [lower],
    );
    expect(statOf(layer, 'g')).toMatchObject({
      mode: 0o104711n,
      uid: 9n,
      nlink: 2n,
      mtimeNs: MTIME,
      size: 8_000_000n,
    });
    expect(Number(statOf(layer, 'g').blocks)).toBeLessThan(100);
    expect(readFileSync(join(layer, 'g')).toString('latin1', 7_999_990)).toBe('\0\0\0\0\0\0last');
    expect(statOf(layer, 's')).toMatchObject({ gid: 3n, mtimeNs: MTIME });
    expect(readlinkSync(join(layer, 's'))).toBe('d/f');
  });
});

describe('the layer', () => {
  it('tells of extended attributes that cannot be had', async (context) => {
    const layer = emptyLayer(context);
    const xattrs = new Map([
      ['user.a', '1'],
      ['trusted.b', '2'],
    ]);
    const parts = [
      symlink('first', 'x', { xattrs }),
      symlink('second', 'x', { xattrs }),
      ...file('f', '', 0, { xattrs }),
    ];
    const lost = await applyBatches(layer, [batchOf(parts)]);
    // xattr(7): a symbolic link has none of a user's
    expect(lost).toEqual({ count: 2, path: 'first', name: 'user.a' });
  });

  it('inherits nothing from where it lies', async (context) => {
    const layer = emptyLayer(context);
    chownSync(layer, 0, 50);
    chmodSync(layer, 0o2775);
    await applyBatches(layer, [batchOf([directory('d', 0o700), ...file('d/f', '')])]);
    expect(statOf(layer, '')).toMatchObject({ mode: 0o40755n, gid: 0n });
    expect(statOf(layer, 'd')).toMatchObject({ mode: 0o40700n, gid: 0n });
    expect(statOf(layer, 'd/f')).toMatchObject({ mode: 0o100644n, gid: 0n });
  });
});
