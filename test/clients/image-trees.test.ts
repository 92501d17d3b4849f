/** Trees that runts makes of images of several layers, entry by entry beside those of umoci and containerd. */
import { afterAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { ROOT } from '../support/run.ts';
import { needs } from '../support/conditions.ts';
import { output, sharedCell } from './support/cell.ts';
import type { Cell } from './support/cell.ts';
import { startContainerd } from './support/engines.ts';
import type { Engine } from './support/engines.ts';

const SUPPORT = join(ROOT, 'test/clients/support');

type Trees = Map<string, Promise<Map<string, Listed>>>;

/** containerd, and the trees of runts that were made so far. */
interface Makers extends Engine {
  readonly trees: Trees;
  /** After the images were made, before anything was unpacked; nanoseconds since 1970. */
  readonly began: bigint;
}

const shared = sharedCell(async (cell): Promise<Makers> => {
  output(await cell.run('sh', [join(SUPPORT, 'layered-image.sh'), cell.directory]));
  const began = BigInt(Date.now()) * 1_000_000n;
  return { ...(await startContainerd(cell)), trees: new Map(), began };
});
afterAll(shared.close);

interface Listed {
  readonly path: string;
  readonly type: string;
  /** Nanoseconds since 1970. */
  readonly mtime: string;
  readonly [field: string]: unknown;
}

async function listTree(cell: Cell, directory: string): Promise<Map<string, Listed>> {
  const text = output(await cell.run('python3', [join(SUPPORT, 'list-tree.py'), directory]));
  const entries = text.trimEnd().split('\n');
  return new Map(entries.map((line) => JSON.parse(line) as Listed).map((entry) => [entry.path, entry]));
}

function treeOfRunts({ cell, trees }: Makers, image: string): Promise<Map<string, Listed>> {
  const made = trees.get(image) ?? makeTree(cell, image);
  trees.set(image, made);
  return made;
}

/** The layers of the store as overlayfs merges them; mount(8) has no room for so many in its newer form. */
async function makeTree(cell: Cell, image: string): Promise<Map<string, Listed>> {
  const store = ['--store', '/run/store'];
  const source = `oci:${cell.directory}/${image}:box`;
  output(await cell.run('runts', ['image', 'load', '--quiet', ...store, '--name', image, source]));
  const inspected = output(await cell.run('runts', ['image', 'inspect', '--json', ...store, image]));
  const { layers } = JSON.parse(inspected) as { layers: { directory: string }[] };
  const lower = layers.map(({ directory }) => directory).reverse();
  const place = `/run/runts-${image}`;
  const env = { LIBMOUNT_FORCE_MOUNT2: 'always' };
  output(await cell.run('mkdir', [place]));
  output(
    await cell.run('mount', ['-t', 'overlay', '-o', `ro,lowerdir=${lower.join(':')}`, 'overlay', place], {
      env,
    }),
  );
  return listTree(cell, place);
}

async function treeOfUmoci({ cell }: Engine, image: string): Promise<Map<string, Listed>> {
  const place = `/run/umoci-${image}`;
  output(await cell.run('umoci', ['raw', 'unpack', '--image', `${cell.directory}/${image}:box`, place]));
  return listTree(cell, place);
}

async function treeOfContainerd({ cell, run }: Engine, image: string): Promise<Map<string, Listed>> {
  const archive = join(cell.directory, `${image}.tar`);
  const place = `/run/containerd-${image}`;
  output(await cell.run('tar', ['-C', join(cell.directory, image), '-cf', archive, '.']));
  output(await run(['image', 'import', '--local', '--base-name', `localhost/${image}`, archive]));
  output(await cell.run('mkdir', [place]));
  output(await run(['image', 'mount', `localhost/${image}:box`, place]));
  return listTree(cell, place);
}

/** What is different, as `PATH FIELD`; `PATH` alone for what only one of them has. */
function differences(ours: Map<string, Listed>, theirs: Map<string, Listed>): string[] {
  const paths = new Set([...ours.keys(), ...theirs.keys()]);
  return [...paths].flatMap((path) => {
    const [one, other] = [ours.get(path), theirs.get(path)];
    if (one === undefined || other === undefined) return [path];
    const fields = Object.keys(one).filter(
      (field) => JSON.stringify(one[field]) !== JSON.stringify(other[field]),
    );
    return fields.map((field) => `${path} ${field}`);
  });
}

/** A file that has lost a name in a later layer: overlayfs counts the name that the whiteout hides, as it does for containerd. */
const HIDDEN_NAMES = ['odd/linked-2 links', 'odd/linked-3 links', 'odd/setuid links'];
/** Before 1970: containerd and runts have 1970. */
const EARLY = ['odd/time-1969 mtime'];

const allBut = (found: readonly string[], known: readonly string[]): string[] =>
  found.filter((difference) => !known.includes(difference));

/**
 * A directory without an entry in the upper layer is of the lower one's time in runts and umoci, of its unpacking's in containerd. Which
 * have none is a matter of when the image was made: umoci takes a time for changed where its seconds are others.
 */
const impliedBy = (tree: Map<string, Listed>, began: bigint): string[] =>
  [...tree.values()]
    .filter(({ type, mtime }) => type === 'directory' && BigInt(mtime) >= began)
    .map(({ path }) => `${path} mtime`);

function needsAll(context: TestContext): void {
  needs(context, 'containerd', 'umoci', 'skopeo', 'buildah', 'python3', 'overlay');
}

describe('the tree of an image', () => {
  it.for(['umoci', 'zstd', 'buildah', 'raw'])("is that of umoci's (%s)", async (image, context) => {
    needsAll(context);
    const engine = await shared.get();
    const ours = await treeOfRunts(engine, image);
    const found = differences(ours, await treeOfUmoci(engine, image));
    expect(allBut(found, [...HIDDEN_NAMES, ...EARLY])).toEqual([]);
    expect(ours.size).toBeGreaterThan(100);
    expect(ours.get('odd/time-1969')).toMatchObject({ mtime: '0' });
  });

  // containerd refuses a whiteout beside what takes its place, which is in the image `raw`.
  it.for(['umoci', 'zstd', 'buildah'])("is that of containerd's (%s)", async (image, context) => {
    needsAll(context);
    const engine = await shared.get();
    const theirs = await treeOfContainerd(engine, image);
    const found = differences(await treeOfRunts(engine, image), theirs);
    expect(allBut(found, impliedBy(theirs, engine.began))).toEqual([]);
  });

  it('has what the layers are about', async (context) => {
    needsAll(context);
    const engine = await shared.get();
    const tree = await treeOfRunts(engine, 'raw');
    expect(tree.get('odd/capable')?.['xattrs']).toHaveProperty('security.capability');
    expect(tree.get('odd/not-utf8-\u00ff\u00fe')).toMatchObject({ type: 'file' });
    expect(tree.get('odd/character')).toMatchObject({ type: 'character', device: '5:1', mode: '0o600' });
    expect(tree.get('odd/setuid')).toMatchObject({ mode: '0o6755', uid: 12, gid: 34 });
    expect(tree.get('odd/block')).toMatchObject({ type: 'file' });
    expect(tree.get('odd/nobody')).toMatchObject({ uid: 65534, gid: 4294967294, mode: '0o0' });
    for (const hidden of ['odd/linked-1', 'odd/fifo', 'odd/tree/lower', 'odd/opaque/lower'])
      expect([hidden, tree.get(hidden)]).toEqual([hidden, undefined]);
  });
});
