/**
 * A schema made ready for telling faultless documents from others: what each value must be, said twice, as functions and
 * as bytes for a walk that is not in TypeScript (native/quickjs/walk.cpp); and what is left to be judged in JavaScript.
 */
import { fitOf } from './fit.ts';
import type { Fit } from './fit.ts';
import type { Scope } from './problems.ts';
import type { MapNode, Node, ObjectNode, Schema } from './schema.ts';
import { describe } from './shape-bytes.ts';

/** What becomes of a document while its parts are judged. */
export interface Judging extends Scope {
  /** True as soon as a default was put in. */
  completed: boolean;
  /** True as soon as there was something to say. */
  complained: boolean;
}

/** Judges a value of the right form, and completes it. */
export type Judge = (value: never, judging: Judging) => void;

export interface Shape {
  readonly fit: Fit;
  readonly bytes: Uint8Array;
  readonly judges: readonly Judge[];
}

/** Made once for each schema, when the program is loaded. */
export function shapeOf({ node }: Schema<unknown>): Shape {
  const judges: Judge[] = [];
  const numbers = new Map<Node, number>();
  const nodes = nodesOf(node, new Set());
  for (const each of nodes) {
    const judge = judgeOf(each);
    if (judge !== undefined) numbers.set(each, judges.push(judge) - 1);
  }
  return { fit: fitOf(node, numbers), bytes: describe([...nodes], numbers), judges };
}

/** The node and all below it, each once. */
function nodesOf(node: Node, found: Set<Node>): ReadonlySet<Node> {
  if (found.has(node)) return found;
  found.add(node);
  if (node.kind === 'array') nodesOf(node.items, found);
  if (node.kind === 'map') nodesOf(node.values, found);
  if (node.kind === 'object') for (const property of node.properties.values()) nodesOf(property, found);
  return found;
}

function judgeOf(node: Node): Judge | undefined {
  switch (node.kind) {
    case 'string':
      return judgeText(node.flaw);
    case 'array':
      return node.rule;
    case 'map':
      return judgeKeys(node);
    case 'object':
      return judgeObject(node);
    case 'boolean':
    case 'enumeration':
    case 'integer':
      return undefined;
  }
}

function judgeText(flaw: ((value: string) => unknown) | undefined): Judge | undefined {
  return flaw && ((value, judging) => void (flaw(value) !== undefined && (judging.complained = true)));
}

/** Keys of the author's choice are no properties of objects' prototype. */
function judgeKeys({ key: flaw }: MapNode): Judge {
  return (value, judging) => {
    Object.setPrototypeOf(value, null);
    for (const key of Object.keys(value)) if (flaw(key) !== undefined) judging.complained = true;
  };
}

function judgeObject({ defaults, rule }: ObjectNode): Judge | undefined {
  const entries = Object.entries(defaults);
  if (entries.length === 0) return rule;
  return (value: Record<string, unknown>, judging) => {
    for (const [name, item] of entries) {
      if (value[name] !== undefined) continue;
      value[name] = item;
      judging.completed = true;
    }
    rule?.(value as never, judging);
  };
}
