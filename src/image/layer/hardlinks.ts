import type { TarEntry } from '../tar/entry.ts';
import { quoted } from '../tar/quoted.ts';
import { about, damaged } from '../tar/refusal.ts';
import { type Layer, type Spot, spotIn } from './layer.ts';
import { componentsOf } from './path.ts';
import { childOf, endOf, FILE, follow, isHidden, type Node, pathOf, type Trail } from './tree.ts';

/** What a hard link wants another name of. */
interface Source {
  readonly trail: Trail;
  readonly name: string;
  readonly path: string;
}

/**
 * The other name that the link's file has. A link of the layer itself is linked, not followed; a file that only lower layers have is copied
 * to this one first.
 */
export function hardLinked(layer: Layer, spot: Spot, entry: TarEntry): { path: string; node: Node } {
  try {
    const source = sourceOf(layer, entry.target);
    checkApart(spot, source);
    const node = childOf(endOf(layer.root, source.trail), source.name) ?? copyUp(layer, source);
    if (node.kind === 'directory') throw damaged('it is a directory');
    if (node.kind === 'whiteout') throw damaged('a whiteout hides it');
    return { path: source.path, node };
  } catch (error) {
    throw about(`its target ${quoted(entry.target)}`, error);
  }
}

function sourceOf(layer: Layer, target: string): Source {
  const components = componentsOf(target);
  const name = components.pop();
  if (name === undefined) throw damaged('it is the root');
  const trail = follow(layer.root, components);
  return { trail, name, path: pathOf([...trail.names, name]) };
}

/** What the link replaces would take its target along. */
function checkApart(spot: Spot, source: Source): void {
  if (source.path === spot.path) throw damaged('it is the entry itself');
  if (source.path.startsWith(`${spot.path}/`)) throw damaged('it lies in what the entry replaces');
}

function copyUp(layer: Layer, { trail, name }: Source): Node {
  const isBelowAnother = trail.nodes.some((node) => node !== undefined && node.kind !== 'directory');
  if (isBelowAnother || isHidden(layer.root, trail)) throw damaged('there is no such file');
  const { parent, path } = spotIn(layer, trail, name);
  parent.children.set(name, FILE);
  layer.emit({ kind: 'copy-up', path });
  return FILE;
}
