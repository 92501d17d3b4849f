/**
 * Says whether a document is faultless, as far as that can be told without its rules, and no more: most are, and nothing has
 * to be prepared for messages about them. What fits is what conform.ts reports nothing of but for what is left to the judges.
 */
import type { ArrayNode, MapNode, Node, ObjectNode } from './schema.ts';

/** What is gathered on the way through a document. */
export interface Visit {
  /** How many keys its objects have together. */
  keys: number;
  /** The number of a judge and the value that it is to judge, in turn, and in the order in which they are due. */
  readonly due: unknown[];
}

/** True for a value read from JSON that fits. Any number in what fits is a safe integer. */
export type Fit = (value: unknown, visit: Visit) => boolean;

/** The number of a node's judge. */
type Judges = ReadonlyMap<Node, number>;

export function fitOf(node: Node, judges: Judges): Fit {
  switch (node.kind) {
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'string':
      return fitString(node, judges);
    case 'enumeration':
      return fitEnumeration(node.words);
    case 'integer':
      return fitInteger(node);
    case 'array':
      return fitArray(node, judges);
    case 'map':
      return fitMap(node, judges);
    case 'object':
      return fitObject(node, judges);
  }
}

/** By their own names, and compared with numbers alone: a look-up, or a bigint, is as dear as a call. */
const { isSafeInteger } = Number;
const { isArray } = Array;
const keysOf = Object.keys;

type NodeOf<K extends Node['kind']> = Extract<Node, { kind: K }>;

const isString = (value: unknown): boolean => typeof value === 'string';

function fitString(node: NodeOf<'string'>, judges: Judges): Fit {
  const isOne: Fit = node.empty ? isString : (value) => typeof value === 'string' && value !== '';
  const fit = judged(isOne, judges.get(node));
  const { start } = node;
  if (start === undefined) return fit;
  return (value, visit) => (typeof value === 'string' && value.startsWith(start)) || fit(value, visit);
}

/** What fits waits for its judge, where it has one. */
function judged(fit: Fit, judge: number | undefined): Fit {
  if (judge === undefined) return fit;
  return (value, visit) => {
    if (!fit(value, visit)) return false;
    visit.due.push(judge, value);
    return true;
  };
}

function fitEnumeration(words: readonly unknown[]): Fit {
  const known = new Set(words);
  return (value) => known.has(value);
}

function fitInteger({ min, max }: NodeOf<'integer'>): Fit {
  const least = Number(min < Number.MIN_SAFE_INTEGER ? Number.MIN_SAFE_INTEGER : min);
  const most = Number(max > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : max);
  return (value) => isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function fitArray(node: ArrayNode, judges: Judges): Fit {
  const fit = fitItems(node.items, judges);
  const isOne: Fit = (value, visit) => isArray(value) && value.length >= node.min && fit(value, visit);
  return judged(isOne, judges.get(node));
}

function fitItems(node: Node, judges: Judges): (items: readonly unknown[], visit: Visit) => boolean {
  if (node.kind === 'string' && !judges.has(node)) return fitWords(node.empty);
  const fit = fitOf(node, judges);
  return (items, visit) => {
    for (const item of items) if (!fit(item, visit)) return false;
    return true;
  };
}

/** Most of a document is long lists of plain strings. */
function fitWords(empty: boolean): (items: readonly unknown[]) => boolean {
  return (items) => items.every(isString) && (empty || !items.includes(''));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !isArray(value);
}

function fitMap(node: MapNode, judges: Judges): Fit {
  const fit = fitOf(node.values, judges);
  const isOne: Fit = (value, visit) => {
    if (!isObject(value)) return false;
    const keys = keysOf(value);
    visit.keys += keys.length;
    for (const key of keys) if (!fit(value[key], visit)) return false;
    return true;
  };
  return judged(isOne, judges.get(node));
}

/** No name of a property is one that all objects have. */
function fitObject(node: ObjectNode, judges: Judges): Fit {
  const { properties, required } = node;
  const fits = Object.assign(
    Object.create(null) as Record<string, Fit>,
    Object.fromEntries(Array.from(properties, ([name, property]) => [name, fitOf(property, judges)])),
  );
  const isOne: Fit = (value, visit) => {
    if (!isObject(value)) return false;
    const names = keysOf(value);
    visit.keys += names.length;
    for (const name of names) {
      const fit = fits[name];
      if (fit === undefined || !fit(value[name], visit)) return false;
    }
    for (const name of required) if (value[name] === undefined) return false;
    return true;
  };
  return judged(isOne, judges.get(node));
}
