import { damaged } from '../tar/refusal.ts';
import type { Action } from './actions.ts';
import type { Purse } from './budget.ts';
import { checkComponent, LONGEST_PATH } from './path.ts';
import { type Directory, isHidden, newDirectory, pathOf, type Trail } from './tree.ts';

/** A layer as far as its entries were judged. */
export interface Layer {
  readonly root: Directory;
  readonly purse: Purse;
  emit(action: Action): void;
}

/** Where an entry goes: its parent is a directory of the layer. */
export interface Spot {
  readonly parent: Directory;
  readonly name: string;
  readonly path: string;
  /** Lower layers are not seen here anyway. */
  readonly hidden: boolean;
}

/** Makes the directories of the trail where the layer does not have them; whatever else it has there is replaced. */
export function spotIn(layer: Layer, trail: Trail, name: string): Spot {
  const path = trail.names.length === 0 ? name : `${pathOf(trail.names)}/${name}`;
  if (path.length > LONGEST_PATH) throw damaged(`the path has more than ${LONGEST_PATH} bytes without links`);
  layer.purse.depth(trail.names.length + 1);
  checkComponent(name);
  return { parent: makeDirectories(layer, trail), name, path, hidden: isHidden(layer.root, trail) };
}

/** The trail's nodes are the layer's directories afterwards. */
export function makeDirectories(layer: Layer, trail: Trail): Directory {
  let parent = layer.root;
  let hidden = layer.root.opaque;
  for (let index = 0; index < trail.names.length; index += 1) {
    const node = trail.nodes[index];
    if (node?.kind === 'directory') parent = node;
    else parent = implyDirectory(layer, impliedSpot(parent, trail, index, hidden));
    trail.nodes[index] = parent;
    hidden ||= parent.opaque;
  }
  return parent;
}

function impliedSpot(parent: Directory, { names }: Trail, index: number, hidden: boolean): Spot {
  return { parent, name: names[index] as string, path: pathOf(names.slice(0, index + 1)), hidden };
}

function implyDirectory(layer: Layer, spot: Spot): Directory {
  checkComponent(spot.name);
  layer.purse.implied();
  return addDirectory(layer, spot, { kind: 'imply', path: spot.path });
}

/**
 * A directory in place of something else that the layer has there, a whiteout say: what lower layers have there had gone with that, so
 * none of it is seen in the directory.
 */
export function addDirectory(layer: Layer, spot: Spot, action: Action): Directory {
  layer.purse.directory(spot.path);
  const directory = newDirectory();
  const isReplacement = spot.parent.children.has(spot.name);
  spot.parent.children.set(spot.name, directory);
  layer.emit(action);
  if (isReplacement && !spot.hidden) makeOpaque(layer, directory, spot.path);
  return directory;
}

export function makeOpaque(layer: Layer, directory: Directory, path: string): void {
  directory.opaque = true;
  layer.emit({ kind: 'opaque', path });
}
