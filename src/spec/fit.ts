/**
 * Says whether a document is faultless, and no more: most are, and nothing has to be prepared for messages about them.
 * What fits is what conform.ts reports nothing of.
 */
import type { Scope } from './problems.ts';
import type { ArrayNode, MapNode, Node, ObjectNode, Schema } from './schema.ts';

/** What is gathered on the way through a document. */
export interface Visit {
  /** How many keys its objects have together. */
  keys: number;
  readonly scope: Scope;
  /** True as soon as a default was put in. */
  completed: boolean;
  /** True as soon as a rule had something to say. */
  complained: boolean;
}

/**
 * True for a value read from JSON that fits; it is completed with the defaults in place. Any number in what fits is a
 * safe integer.
 */
export type Fit = (value: unknown, visit: Visit) => boolean;

export function newVisit(): Visit {
  const complain = (): void => void (visit.complained = true);
  const visit: Visit = {
    keys: 0,
    completed: false,
    complained: false,
    scope: { problem: complain, warn: complain },
  };
  return visit;
}

/** Made once for each schema, when the program is loaded. */
export function fitOf({ node }: Schema<unknown>): Fit {
  return fitNode(node);
}

function fitNode(node: Node): Fit {
  switch (node.kind) {
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'string':
      return fitString(node);
    case 'enumeration':
      return fitEnumeration(node.words);
    case 'integer':
      return fitInteger(node);
    case 'array':
      return fitArray(node);
    case 'map':
      return fitMap(node);
    case 'object':
      return fitObject(node);
  }
}

/** By their own names, and compared with numbers alone: a look-up, or a bigint, is as dear as a call. */
const { isSafeInteger } = Number;
const { isArray } = Array;
const keysOf = Object.keys;

type NodeOf<K extends Node['kind']> = Extract<Node, { kind: K }>;

const isString = (value: unknown): boolean => typeof value === 'string';

function fitString({ empty, flaw }: NodeOf<'string'>): Fit {
  if (flaw !== undefined)
    return (value) => typeof value === 'string' && (empty || value !== '') && flaw(value) === undefined;
  return empty ? isString : (value) => typeof value === 'string' && value !== '';
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

function fitArray({ items, min, rule }: ArrayNode): Fit {
  const fit = fitItems(items);
  return (value, visit) => {
    if (!isArray(value) || value.length < min || !fit(value, visit)) return false;
    rule?.(value as never[], visit.scope);
    return !visit.complained;
  };
}

function fitItems(node: Node): (items: readonly unknown[], visit: Visit) => boolean {
  if (node.kind === 'string' && node.flaw === undefined) return fitWords(node.empty);
  const fit = fitNode(node);
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

/** Keys of the author's choice are no properties of objects' prototype. */
function fitMap({ key: flaw, values }: MapNode): Fit {
  const fit = fitNode(values);
  return (value, visit) => {
    if (!isObject(value)) return false;
    const keys = keysOf(value);
    visit.keys += keys.length;
    Object.setPrototypeOf(value, null);
    for (const key of keys) if (flaw(key) !== undefined || !fit(value[key], visit)) return false;
    return true;
  };
}

/** No name of a property is one that all objects have. */
function fitObject({ properties, required, defaults, rule }: ObjectNode): Fit {
  const fits = Object.assign(
    Object.create(null) as Record<string, Fit>,
    Object.fromEntries(Array.from(properties, ([name, node]) => [name, fitNode(node)])),
  );
  const complete = fitDefaults(defaults);
  return (value, visit) => {
    if (typeof value !== 'object' || value === null || isArray(value)) return false;
    const object = value as Record<string, unknown>;
    const names = keysOf(value);
    visit.keys += names.length;
    for (const name of names) {
      const fit = fits[name];
      if (fit === undefined || !fit(object[name], visit)) return false;
    }
    for (let at = 0; at < required.length; at += 1)
      if (object[required[at] as string] === undefined) return false;
    complete?.(object, visit);
    rule?.(value as never, visit.scope);
    return !visit.complained;
  };
}

type Complete = (object: Record<string, unknown>, visit: Visit) => void;

function fitDefaults(defaults: ObjectNode['defaults']): Complete | undefined {
  const entries = Object.entries(defaults);
  if (entries.length === 0) return undefined;
  return (object, visit) => {
    for (const [name, item] of entries) {
      if (object[name] !== undefined) continue;
      object[name] = item;
      visit.completed = true;
    }
  };
}
