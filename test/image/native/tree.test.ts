import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { treeFunctions } from '../../../src/image/native.ts';
import type { Tree, TreeEntry } from '../../../src/image/native.ts';
import { scratchDirectory } from '../../support/bundle.ts';
import { attributes, directory, file, hardlink, layerOf, symlink } from '../../support/layer-tree.ts';

const native = treeFunctions();

function treeOf(context: TestContext, top: string): Tree {
  const tree = native.openTree(top);
  context.onTestFinished(() => native.closeTree(tree));
  return tree;
}

/** The only one of a path; fails where there is none. */
async function entryAt(tree: Tree, path: string): Promise<TreeEntry> {
  const entry = await native.entryAt(tree, path);
  if (entry === undefined) throw new Error(`there is no ${path}`);
  return entry;
}

async function textOf(tree: Tree, path: string, entry: TreeEntry): Promise<string> {
  const descriptor = await native.openFile(tree, path, entry);
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    native.closeDescriptor(descriptor);
  }
}

describe('a tree', () => {
  it('tells of each entry what was made', async (context) => {
    const xattrs = new Map([
      ['user.b', '\0\xff'],
      ['user.a', ''],
      ['trusted.t', 'x'],
      ['security.capability', '\x01\0\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0'],
    ]);
    const owner = { uid: 5, gid: 6 };
    const layer = await layerOf(context, [
      directory('', 0o750),
      ...file('f', 'text', 0o4751, { ...owner, xattrs }),
      hardlink('g', 'f', 0o4751, owner),
      symlink('l', 'to\xfe', { xattrs: new Map([['trusted.l', 'link']]) }),
      { kind: 'fifo', path: 'p', attributes: attributes(0o600, { mtime: { seconds: -7, nanoseconds: 9 } }) },
      { kind: 'device', path: 'c', type: 'character', major: 4, minor: 300, attributes: attributes(0o620) },
      { kind: 'device', path: 'b', type: 'block', major: 8, minor: 1, attributes: attributes(0o660) },
      directory('o', 0o755),
      { kind: 'opaque', path: 'o' },
      { kind: 'whiteout', path: 'w' },
    ]);
    const tree = treeOf(context, layer);
    const entries = await native.entriesOf(tree, '');
    expect(entries.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'b block',
      'c character',
      'f file',
      'g file',
      'l symlink',
      'o directory',
      'p fifo',
      'w character',
    ]);
    const [b, c, f, g, l, o, p, w] = entries;
    const mtime = { seconds: 1_000_000_000, nanoseconds: 123_456_789 };
    expect(f).toMatchObject({ mode: 0o4751, ...owner, size: 4, links: 2, mtime, target: '' });
    expect([...(f?.xattrs.keys() ?? [])]).toEqual([...xattrs.keys()].sort());
    expect(f?.xattrs).toEqual(xattrs);
    expect(g?.inode).toBe(f?.inode);
    expect(l).toMatchObject({ target: 'to\xfe', size: 0, links: 1, mtime });
    expect([...(l?.xattrs ?? [])]).toEqual([['trusted.l', 'link']]);
    expect(c).toMatchObject({ device: { major: 4, minor: 300 }, mode: 0o620 });
    expect(b).toMatchObject({ device: { major: 8, minor: 1 } });
    expect(p).toMatchObject({ mtime: { seconds: -7, nanoseconds: 9 }, device: { major: 0, minor: 0 } });
    expect([...(o?.xattrs ?? [])]).toEqual([['trusted.overlay.opaque', 'y']]);
    expect(w).toMatchObject({ device: { major: 0, minor: 0 }, mode: 0 });
    expect(await entryAt(tree, '')).toMatchObject({ name: '', type: 'directory', mode: 0o750 });
    expect(await entryAt(tree, 'f')).toEqual(f);
  });

  it('has nothing below links, and nothing outside', async (context) => {
    const outside = scratchDirectory(context);
    writeFileSync(join(outside, 'secret'), 'secret');
    const layer = await layerOf(context, [symlink('out', outside), ...file('f', '')]);
    const tree = treeOf(context, layer);
    expect(await native.entryAt(tree, 'out/secret')).toBeUndefined();
    expect(await native.entryAt(tree, 'f/x')).toBeUndefined();
    expect(await native.entriesOf(tree, 'out')).toEqual([]);
    expect(await native.entriesOf(tree, 'missing')).toEqual([]);
    await expect(native.entryAt(tree, '../layer')).rejects.toMatchObject({ code: 'EXDEV' });
    await expect(native.entriesOf(tree, '/etc')).rejects.toMatchObject({ code: 'EXDEV' });
  });

  it('opens regular files, and no other file in the place of one', async (context) => {
    const outside = join(scratchDirectory(context), 'secret');
    writeFileSync(outside, 'secret');
    const layer = await layerOf(context, [directory('d'), ...file('d/f', 'text', 0), symlink('l', 'd/f')]);
    const tree = treeOf(context, layer);
    const entry = await entryAt(tree, 'd/f');
    expect(await textOf(tree, 'd/f', entry)).toBe('text');
    renameSync(join(layer, 'd/f'), join(layer, 'd/g'));
    symlinkSync(outside, join(layer, 'd/f'));
    const stale = { code: 'ESTALE' };
    await expect(native.openFile(tree, 'd/f', entry)).rejects.toMatchObject(stale);
    expect(await textOf(tree, 'd/g', entry)).toBe('text');
    rmSync(join(layer, 'd/g'));
    await expect(native.openFile(tree, 'd/g', entry)).rejects.toMatchObject(stale);
    await expect(native.openFile(tree, 'l', await entryAt(tree, 'l'))).rejects.toMatchObject(stale);
  });

  it('opens no fifo, device or socket', async (context) => {
    const layer = await layerOf(context, [
      { kind: 'fifo', path: 'p', attributes: attributes(0o600) },
      { kind: 'device', path: 'c', type: 'character', major: 1, minor: 3, attributes: attributes(0o600) },
    ]);
    const server = createServer().listen(join(layer, 's'));
    await new Promise((resolve) => {
      server.once('listening', resolve);
    });
    context.onTestFinished(() => {
      server.close();
    });
    const tree = treeOf(context, layer);
    const entries = await native.entriesOf(tree, '');
    expect(entries.map(({ type }) => type)).toEqual(['character', 'fifo', 'socket']);
    for (const entry of entries)
      await expect(native.openFile(tree, entry.name, entry)).rejects.toMatchObject({ code: 'ESTALE' });
  });
});
