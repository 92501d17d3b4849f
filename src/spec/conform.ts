/** Holds a value against a description: every mismatch is reported, and what fits is copied out, typed. */
import { here, nearest, show } from './problems.ts';
import type { Report } from './problems.ts';
import type { ArrayNode, MapNode, Node, ObjectNode, Schema } from './schema.ts';
import type { Integer } from './types.ts';

/**
 * A copy of `value` with the properties that the schema names, defaults filled in, and integers beyond 2^53 - 1 as
 * bigints. Parts that do not fit are reported and left out, so the copy is whole only if nothing was reported.
 */
export function conform<T>(schema: Schema<T>, value: unknown, report: Report): T | undefined {
  return walk(schema.node, value, report) as T | undefined;
}

/** Words for a report are made only when there is something to say: most documents are right. */
function walk(node: Node, value: unknown, report: Report): unknown {
  switch (node.kind) {
    case 'string':
      return walkString(node, value, report);
    case 'object':
      return walkObject(node, value, report);
    case 'array':
      return walkArray(node, value, report);
    case 'integer':
      return walkInteger(node, value, report);
    case 'enumeration':
      return walkEnumeration(node, value, report);
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong(value, 'true or false', report);
    case 'map':
      return walkMap(node, value, report);
  }
}

function wrong(value: unknown, expected: string, report: Report): undefined {
  return refuse(`${show(value)} has the wrong type`, expected, report);
}

function refuse(message: string, expected: string | undefined, report: Report): undefined {
  report.scope.problem('', message, expected);
  report.broken.push(here(report));
  return undefined;
}

type NodeOf<K extends Node['kind']> = Extract<Node, { kind: K }>;

function walkString(node: NodeOf<'string'>, value: unknown, report: Report): string | undefined {
  if (typeof value !== 'string') return wrong(value, 'a string', report);
  if (!isText(value, report)) return undefined;
  if (value === '' && !node.empty) return refuse('is empty', 'a string of one character at least', report);
  const flaw = node.flaw?.(value);
  return flaw === undefined ? value : refuse(flaw.message, flaw.expected, report);
}

/** What the reader of JSON refuses, for values that were not read from JSON. */
function isText(value: string, report: Report): boolean {
  if (value.includes('\0')) refuse(`${show(value)} holds a NUL character`, 'a string without it', report);
  else if (!value.isWellFormed()) refuse(`${show(value)} holds half of a surrogate pair`, undefined, report);
  else return true;
  return false;
}

function walkEnumeration(node: NodeOf<'enumeration'>, value: unknown, report: Report): unknown {
  if (typeof value === 'string' && node.words.includes(value)) return value;
  const expected = `one of ${node.words.join(', ')}`;
  if (typeof value !== 'string') return wrong(value, expected, report);
  const message = `${mistakeIn(node)}${show(value)} is not ${node.what}${didYouMean(value, node.words)}`;
  return refuse(message, expected, report);
}

function mistakeIn(node: Node | undefined): string {
  return node?.kind === 'enumeration' && node.mistake !== undefined ? `${node.mistake}: ` : '';
}

function didYouMean(word: string, words: readonly string[]): string {
  const near = nearest(word, words);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

function walkInteger(node: NodeOf<'integer'>, value: unknown, report: Report): Integer | undefined {
  if (Number.isSafeInteger(value) && isWithin(node, value as number)) return value as number;
  const expected = `an integer from ${node.min} to ${node.max}`;
  if (typeof value !== 'number' && typeof value !== 'bigint') return wrong(value, expected, report);
  const flaw = integerFlaw(node, value);
  if (flaw !== undefined) return refuse(`${show(value)} ${flaw}`, expected, report);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function isWithin({ min, max }: NodeOf<'integer'>, value: Integer): boolean {
  return value >= min && value <= max;
}

function integerFlaw(node: NodeOf<'integer'>, value: Integer): string | undefined {
  if (typeof value === 'number' && !Number.isInteger(value))
    return `is not an integer, as ${node.what} must be`;
  if (value < 0 && node.min === 0) return `is negative, which ${node.what} cannot be`;
  if (value < node.min) return `is too small for ${node.what}`;
  if (value > node.max) return `is too large for ${node.what}`;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    return 'is not exact: write all of its digits (in JavaScript, a bigint)';
  }
  return undefined;
}

function walkArray(node: ArrayNode, value: unknown, report: Report): unknown[] | undefined {
  if (!Array.isArray(value)) return wrong(value, 'an array', report);
  if (value.length < node.min) return refuse('is empty', 'one entry at least', report);
  const before = report.problems.length;
  const copy = walkItems(node.items, value, report);
  if (node.rule !== undefined && report.problems.length === before) node.rule(copy as never[], report.scope);
  return copy;
}

function walkItems(node: Node, items: readonly unknown[], report: Report): unknown[] {
  const { path } = report;
  const depth = report.depth++;
  const copy = items.map((item, at) => {
    path[depth] = at;
    return walk(node, item, report);
  });
  report.depth = depth;
  return copy;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function walkMap(node: MapNode, value: unknown, report: Report): unknown {
  if (!isObject(value)) return wrong(value, 'an object', report);
  const copy = Object.create(null) as Record<string, unknown>;
  const depth = report.depth++;
  for (const key of Object.keys(value)) {
    report.path[depth] = key;
    if (!isText(key, report)) continue;
    const flaw = node.key(key);
    if (flaw !== undefined) refuse(flaw.message, flaw.expected, report);
    else copy[key] = walk(node.values, value[key], report);
  }
  report.depth = depth;
  return copy;
}

function walkObject(node: ObjectNode, value: unknown, report: Report): unknown {
  if (!isObject(value)) return wrong(value, 'an object', report);
  const before = report.problems.length;
  const copy: Record<string, unknown> = { ...node.defaults };
  const depth = report.depth++;
  for (const name of Object.keys(value)) {
    report.path[depth] = name;
    const property = node.properties.get(name);
    const item = value[name];
    if (property === undefined) noteUnknown(node, name, report);
    else if (isSet(item, node, name, report)) copy[name] = walk(property, item, report);
  }
  for (const name of node.required) {
    if (copy[name] === undefined && !(Object.hasOwn(value, name) && value[name] !== undefined)) {
      report.path[depth] = name;
      refuse(`${mistakeIn(node.properties.get(name))}is required and not there`, undefined, report);
    }
  }
  report.depth = depth;
  if (node.rule !== undefined && report.problems.length === before) node.rule(copy as never, report.scope);
  return copy;
}

/** An optional property that is null counts as absent, as runc and crun take it; undefined is how JavaScript says absent. */
function isSet(value: unknown, { required }: ObjectNode, name: string, report: Report): boolean {
  if (value !== null) return value !== undefined;
  if (required.includes(name)) return true;
  report.scope.warn('', 'null counts as absent', 'a value, or no property');
  return false;
}

/** The specification wants unknown properties ignored; one that looks misspelt is worth a warning. */
function noteUnknown(node: ObjectNode, name: string, report: Report): void {
  if (name.length < 4) return;
  const near = nearest(name, [...node.properties.keys()]);
  if (near !== undefined) report.scope.warn('', `is not a property and is ignored (did you mean ${near}?)`);
}
