import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { RuntsError } from '../../../src/errors.ts';
import type { EntryType, TarEntry } from '../../../src/image/tar/entry.ts';
import { entry, judged } from '../../support/layer.ts';
import { applied } from '../../support/layer-model.ts';
import {
  directory,
  listed,
  merged,
  replay,
  strayWhiteouts,
  type TreeDirectory,
} from '../../support/layer-memory.ts';

/** Few names, so that entries meet. */
const name = fc.constantFrom('a', 'b', 'c');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
const markerNames = fc.constantFrom('.wh.a', '.wh.b', '.wh.c', '.wh..wh..opq');

const numbered = (entries: readonly TarEntry[]): TarEntry[] =>
  entries.map((each, index) => ({ ...each, mtime: { seconds: index + 1, nanoseconds: 0 } }));

function lowerOf(files: readonly string[]): TreeDirectory {
  const entries = files.map((each, index) => ({
    ...entry(each),
    mtime: { seconds: 1000 + index, nanoseconds: 0 },
  }));
  return applied(entries, directory('the root below'));
}

/** Whether a lower layer has the parents that a marker is about; nobody writes others. */
const isAboutLower = (lower: TreeDirectory, { name: marker }: TarEntry): boolean => {
  const paths = Object.entries(listed(lower));
  const parent = `/${marker}`.replace(/\/[^/]*$/, '');
  return paths.some(([each, line]) => each === parent && line.startsWith('directory'));
};

const plainEntry = fc.oneof(
  { weight: 3, arbitrary: path.map((each) => entry(each)) },
  { weight: 2, arbitrary: path.map((each) => entry(each, { type: 'directory' })) },
  { weight: 1, arbitrary: path.map((each) => entry(each, { type: 'fifo' })) },
);
const hardLink = fc.tuple(path, path).map(([each, target]) => entry(each, { type: 'hardlink', target }));
const marker = fc
  .tuple(fc.array(name, { maxLength: 3 }), markerNames)
  .map(([parents, last]) => entry([...parents, last].join('/')));

const layer = fc
  .record({
    lower: fc.array(path, { maxLength: 8 }).map((files) => lowerOf(files)),
    plain: fc.array(plainEntry, { maxLength: 8 }),
    markers: fc.array(marker, { maxLength: 5 }),
    links: fc.array(hardLink, { maxLength: 1 }),
    order: fc.array(fc.nat(), { minLength: 16, maxLength: 16 }),
  })
  .map(({ lower, plain, markers, links, order }) => {
    const all = [...plain, ...links, ...markers.filter((each) => isAboutLower(lower, each))];
    const shuffled = all
      .map((each, index) => ({ each, key: order[index] ?? 0 }))
      .toSorted((left, right) => left.key - right.key);
    return { lower, entries: numbered(shuffled.map(({ each }) => each)) };
  });

/** Undefined where it refuses the layer. */
function modelOf(entries: readonly TarEntry[], lower: TreeDirectory): TreeDirectory | undefined {
  try {
    return applied(entries, lower);
  } catch {
    return undefined;
  }
}

function actionsOf(entries: readonly TarEntry[]): ReturnType<typeof judged>['actions'] | undefined {
  try {
    return judged(entries).actions;
  } catch (error) {
    if (error instanceof RuntsError) return undefined;
    throw error;
  }
}

it('overlayfs shows of the actions what the specification says of the entries', () => {
  fc.assert(
    fc.property(layer, ({ lower, entries }) => {
      const model = modelOf(entries, lower);
      const actions = actionsOf(entries);
      fc.pre(model !== undefined && actions !== undefined);
      const upper = replay(actions, lower);
      const isRootOpaque = upper.opaque === true;
      expect(listed(merged(isRootOpaque ? undefined : lower, upper))).toEqual(listed(model));
      expect(strayWhiteouts(upper)).toEqual([]);
    }),
    { numRuns: 3000 },
  );
});

const anyType = fc.constantFrom<EntryType>('file', 'directory', 'symlink', 'hardlink', 'fifo');
const piece = fc.constantFrom('a', 'b', 'c', 'd', '.', '', '..', '...', '.wh.a', '.wh.b', '.wh..wh..opq');
const wildName = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join('/'));
const wildEntry = fc
  .record({ name: wildName, type: anyType, target: wildName })
  .map(({ name: each, type, target }) => entry(each, { type, target: type === 'file' ? '' : target }));
const tameEntry = fc
  .record({ name: path, type: anyType, target: wildName })
  .map(({ name: each, type, target }) => entry(each, { type, target: type === 'file' ? '' : target }));

/** Those that the judge takes of a layer, one after the other. */
function accepted(entries: readonly TarEntry[]): TarEntry[] {
  const taken: TarEntry[] = [];
  for (const each of entries) if (actionsOf([...taken, each]) !== undefined) taken.push(each);
  return taken;
}

const isPlain = (component: string): boolean =>
  !['', '.', '..'].includes(component) && !component.startsWith('.wh.');

it('no action has a path that could lead anywhere else, whatever the links', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(wildEntry, tameEntry), { maxLength: 12 }), (entries) => {
      const { actions } = judged(accepted(entries));
      const paths = actions.flatMap((action) => [
        action.path,
        ...('existing' in action ? [action.existing] : []),
      ]);
      expect(
        paths.filter((each) => each !== '' && !each.split('/').every((component) => isPlain(component))),
      ).toEqual([]);
      const wanted = actions.filter(({ kind }) => kind === 'copy-up').map((action) => action.path);
      expect(() => replay(actions, lowerOf(wanted))).not.toThrow();
    }),
    { numRuns: 3000 },
  );
});
