import { type Layer, makeDirectories, makeOpaque, spotIn } from './layer.ts';
import { childOf, type Directory, endOf, isHidden, pathOf, type Trail, WHITEOUT } from './tree.ts';
import type { Marker } from './whiteouts.ts';

/**
 * What a marker hides is of lower layers alone, never the layer's own, whatever the order (layer.md, "Whiteouts"). Where these are hidden
 * already it says nothing new: a whiteout in an opaque directory would even be listed by overlayfs.
 */
export function hide(layer: Layer, trail: Trail, marker: Marker): void {
  if (isHidden(layer.root, trail) || isCovered(trail)) return;
  if (marker.kind === 'opaque') hideAll(layer, trail);
  else hideOne(layer, trail, marker.name);
}

/** Whether the layer has something on the way that is no directory, which hides what lower layers have below. */
const isCovered = ({ nodes }: Trail): boolean =>
  nodes.some((node) => node !== undefined && node.kind !== 'directory');

function hideAll(layer: Layer, trail: Trail): void {
  const directory = makeDirectories(layer, trail);
  prune(layer, directory, trail.names);
  makeOpaque(layer, directory, pathOf(trail.names));
}

function hideOne(layer: Layer, trail: Trail, name: string): void {
  const node = childOf(endOf(layer.root, trail), name);
  if (node !== undefined && node.kind !== 'directory') return;
  const names = [...trail.names, name];
  if (node === undefined || prune(layer, node, names)) addWhiteout(layer, trail, name);
  else if (!node.opaque) makeOpaque(layer, node, pathOf(names));
}

function addWhiteout(layer: Layer, trail: Trail, name: string): void {
  const { parent, path } = spotIn(layer, trail, name);
  parent.children.set(name, WHITEOUT);
  layer.emit({ kind: 'whiteout', path });
}

/** Takes the markers out of a directory that hides all of lower layers; true where nothing is left for which the layer has it. */
function prune(layer: Layer, directory: Directory, names: readonly string[]): boolean {
  for (const [name, node] of directory.opaque ? [] : directory.children) {
    const below = [...names, name];
    const isVain = node.kind === 'whiteout' || (node.kind === 'directory' && prune(layer, node, below));
    if (!isVain) continue;
    directory.children.delete(name);
    layer.emit({ kind: 'remove', path: pathOf(below) });
  }
  return !directory.named && directory.children.size === 0;
}
