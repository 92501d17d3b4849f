import type { TarEntry } from '../tar/entry.ts';
import { quoted } from '../tar/quoted.ts';
import { about, damaged } from '../tar/refusal.ts';
import type { Action } from './actions.ts';
import { attributesOf, type Dropped } from './attributes.ts';
import { DEFAULT_BUDGET, type LayerBudget, purse } from './budget.ts';
import { hide } from './hiding.ts';
import { addDirectory, type Layer, type Spot, spotIn } from './layer.ts';
import { isLeaf, leafOf } from './leaves.ts';
import { componentsOf } from './path.ts';
import { follow, newDirectory } from './tree.ts';
import { isAufs, markerOf } from './whiteouts.ts';

export interface JudgeOptions {
  readonly emit: (action: Action) => void;
  /** One line about something of the archive that the layer will not have; at most a few in all. */
  readonly warn?: (message: string) => void;
  readonly budget?: Partial<LayerBudget>;
  /** Of the layer's blob, bytes. */
  readonly packed: number;
}

export interface LayerSummary {
  readonly entries: number;
  /** Of files' content, names, targets and extended attributes. */
  readonly bytes: number;
  /**
   * An opaque marker lies in the layer's root: nothing of the layers below is to be seen. Overlayfs does not ask the roots of its layers,
   * so whoever mounts leaves out what is below.
   */
  readonly opaque: boolean;
}

/** Each function throws INVALID_ARGUMENT or TOO_LARGE for an archive that is refused, naming the entry; nothing more may be given then. */
export interface LayerJudge {
  /** Of each piece of the archive, before it is parsed: what is no entry's, behind the end say, counts too. */
  read(bytes: number): void;
  /** True where the entry's content is that of the `file` last emitted; else it is nobody's. */
  entry(entry: TarEntry): boolean;
  /** After the last entry. */
  end(): LayerSummary;
}

/** Turns the entries of a layer's archive into what is done in its directory: all that is policy about layers is decided here. */
export function layerJudge(options: JudgeOptions): LayerJudge {
  const layer: Layer = {
    root: newDirectory(),
    purse: purse({ ...DEFAULT_BUDGET, ...options.budget }, options.packed),
    emit: options.emit,
  };
  const warn = oncePerKind(options.warn);
  // An archive need not have an entry for its root.
  layer.emit({ kind: 'imply', path: '' });
  return {
    read: (bytes) => layer.purse.archive(bytes),
    entry(entry) {
      const subject = (): string => `entry ${quoted(entry.name)}`;
      const dropped = (kind: string, why: string): void =>
        warn(kind, () => `${subject()}: ${kind} is left out: ${why}`);
      try {
        return judge(layer, entry, dropped);
      } catch (error) {
        throw about(subject(), error);
      }
    },
    end() {
      const { entries, bytes } = layer.purse.spent;
      return { entries, bytes, opaque: layer.root.opaque };
    },
  };
}

/** An archive may have a million reasons to warn. */
function oncePerKind(warn: JudgeOptions['warn']): (kind: string, message: () => string) => void {
  const told = new Set<string>();
  return (kind, message) => {
    if (told.has(kind)) return;
    told.add(kind);
    warn?.(message());
  };
}

function judge(layer: Layer, entry: TarEntry, dropped: Dropped): boolean {
  layer.purse.entry(entry);
  const components = componentsOf(entry.name);
  if (isAufs(components)) {
    dropped('.wh..wh.*', "these are aufs' own");
    return false;
  }
  const name = components.pop();
  if (name === undefined) return judgeRoot(layer, entry, dropped);
  const marker = markerOf(entry, name);
  const trail = follow(layer.root, components);
  if (marker === undefined) return add(layer, entry, spotIn(layer, trail, name), dropped);
  hide(layer, trail, marker);
  return false;
}

/** The root of another type would be a way out of the layer (CVE-2021-29136). */
function judgeRoot(layer: Layer, entry: TarEntry, dropped: Dropped): boolean {
  if (entry.type !== 'directory') throw damaged(`the layer's root is a directory, not a ${entry.type}`);
  layer.root.named = true;
  layer.emit({ kind: 'directory', path: '', attributes: attributesOf(entry, dropped) });
  return false;
}

/** Of several entries for one path the last holds; what directories have so far stays in them. */
function add(layer: Layer, entry: TarEntry, spot: Spot, dropped: Dropped): boolean {
  const attributes = attributesOf(entry, dropped);
  if (!isLeaf(entry)) {
    nameDirectory(layer, spot, { kind: 'directory', path: spot.path, attributes });
    return false;
  }
  const { node, action } = leafOf(layer, entry, spot, attributes);
  spot.parent.children.set(spot.name, node);
  layer.emit(action);
  return entry.type === 'file';
}

function nameDirectory(layer: Layer, spot: Spot, action: Action): void {
  const known = spot.parent.children.get(spot.name);
  const directory = known?.kind === 'directory' ? known : addDirectory(layer, spot, action);
  if (directory === known) layer.emit(action);
  directory.named = true;
}
