/** Tables of layers that mean harm: what each has, and what becomes of it. */
import { describe, expect, it } from 'vitest';
import { RuntsError } from '../../src/errors.ts';
import { contentOfStore, linesOf, type Loaded, loadLayers, type Scene, sceneOf } from './attack.ts';
import { digestOfTree } from './layers.ts';
import { archive } from './tar-archive.ts';

/** What an archive has, given where the tree lies that it must not reach. */
type Layer = (outside: string) => readonly Buffer[];

/** What the error says, or what the topmost layer has, in any order. */
type Outcome = string | readonly string[];

export interface Row {
  readonly title: string;
  /** The lowest first. */
  readonly layers: readonly Layer[];
  readonly gives: Outcome;
}

export const one = (title: string, layer: Layer, gives: Outcome): Row => ({ title, layers: [layer], gives });

export const two = (title: string, lower: Layer, upper: Layer, gives: Outcome): Row => ({
  title,
  layers: [lower, upper],
  gives,
});

/** The way to the tree outside from anywhere in the store. */
export const up = (outside: string): string => `${'../'.repeat(10)}${outside.slice(1)}`;

export function attacks(title: string, rows: readonly Row[]): void {
  describe(title, () => {
    it.for(rows.map((row) => [row.title, row] as const))('%s', async ([, row], context) =>
      attack(row, await sceneOf(context)),
    );
  });
}

/** Nothing outside changes, nor do the layers below; and of a layer that is refused nothing stays. */
async function attack({ layers, gives }: Row, scene: Scene): Promise<void> {
  const archives = layers.map((layer) => archive(...layer(scene.outside)));
  const below = archives.length > 1 ? await loadLayers(scene, archives.slice(0, -1), 'below') : undefined;
  const before = below?.layers.map((layer) => digestOfTree(layer));
  const there = contentOfStore(scene.store);
  const outcome = await loadLayers(scene, archives).catch((error: unknown) => error);
  if (typeof gives === 'string') expectRefusal(outcome, `layer ${layers.length}: `, gives);
  else expect(shownOf(outcome, scene)).toEqual(gives.toSorted());
  if (typeof gives === 'string') expect(contentOfStore(scene.store)).toEqual(there);
  expect(below?.layers.map((layer) => digestOfTree(layer))).toEqual(before);
  expect(digestOfTree(scene.outside)).toBe(scene.digest);
}

export function expectRefusal(outcome: unknown, ...texts: readonly string[]): void {
  expect(outcome).toBeInstanceOf(RuntsError);
  for (const text of texts) expect((outcome as RuntsError).message).toContain(text);
}

/**
 * The lines of the topmost layer. OUT is the path of the tree outside, IN the same path within the layer, where links to OUT lead; the
 * directories above IN are left out.
 */
function shownOf(outcome: unknown, { outside }: Scene): string[] {
  if (outcome instanceof Error) throw outcome;
  const inside = outside.slice(1);
  return linesOf((outcome as Loaded).layers.at(-1) ?? '')
    .filter((line) => !(line.endsWith('/') && inside.startsWith(line)))
    .map((line) => line.replaceAll(outside, 'OUT').replaceAll(inside, 'IN'))
    .toSorted();
}
