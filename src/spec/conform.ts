/** Holds a value against a description: every mismatch is reported, and what fits is copied out, typed. */
import { nearest, problem, scope, show, step } from './problems.ts';
import type { Problem, Report } from './problems.ts';
import type { ArrayNode, MapNode, Node, ObjectNode, Schema } from './schema.ts';
import type { Integer } from './types.ts';

/**
 * A copy of `value` with the properties that the schema names, defaults filled in, and integers beyond 2^53 - 1 as
 * bigints. Parts that do not fit are reported and left out, so the copy is whole only if nothing was reported.
 */
export function conform<T>(schema: Schema<T>, value: unknown, report: Report): T | undefined {
  return walk(schema.node, value, '', report) as T | undefined;
}

function walk(node: Node, value: unknown, pointer: string, report: Report): unknown {
  switch (node.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong(value, pointer, 'true or false', report);
    case 'string':
      return walkString(node, value, pointer, report);
    case 'enumeration':
      return walkEnumeration(node, value, pointer, report);
    case 'integer':
      return walkInteger(node, value, pointer, report);
    case 'array':
      return walkArray(node, value, pointer, report);
    case 'map':
      return walkMap(node, value, pointer, report);
    case 'object':
      return walkObject(node, value, pointer, report);
  }
}

function wrong(value: unknown, pointer: string, expected: string, report: Report): undefined {
  return refuse(problem(pointer, `${show(value)} has the wrong type`, expected), report);
}

function refuse(found: Problem, report: Report): undefined {
  report.problems.push(found);
  report.broken.push(found.pointer);
  return undefined;
}

type NodeOf<K extends Node['kind']> = Extract<Node, { kind: K }>;

function walkString(
  node: NodeOf<'string'>,
  value: unknown,
  pointer: string,
  report: Report,
): string | undefined {
  if (typeof value !== 'string') return wrong(value, pointer, 'a string', report);
  if (!isText(value, pointer, report)) return undefined;
  if (value === '' && !node.empty)
    return refuse(problem(pointer, 'is empty', 'a string of one character at least'), report);
  const flaw = node.flaw?.(value);
  return flaw === undefined ? value : refuse(problem(pointer, flaw.message, flaw.expected), report);
}

const NOT_TEXT = /[\u0000\ud800-\udfff]/;

/** What the reader of JSON refuses, for values that were not read from JSON. */
function isText(value: string, pointer: string, report: Report): boolean {
  if (!NOT_TEXT.test(value)) return true;
  if (value.includes('\0'))
    refuse(problem(pointer, `${show(value)} holds a NUL character`, 'a string without it'), report);
  else if (/\p{Surrogate}/u.test(value))
    refuse(problem(pointer, `${show(value)} holds half of a surrogate pair`), report);
  else return true;
  return false;
}

function walkEnumeration(
  node: NodeOf<'enumeration'>,
  value: unknown,
  pointer: string,
  report: Report,
): unknown {
  const expected = `one of ${node.words.join(', ')}`;
  if (typeof value !== 'string') return wrong(value, pointer, expected, report);
  if (node.words.includes(value)) return value;
  const message = `${mistakeIn(node)}${show(value)} is not ${node.what}${didYouMean(value, node.words)}`;
  return refuse(problem(pointer, message, expected), report);
}

function mistakeIn(node: Node | undefined): string {
  return node?.kind === 'enumeration' && node.mistake !== undefined ? `${node.mistake}: ` : '';
}

function didYouMean(word: string, words: readonly string[]): string {
  const near = nearest(word, words);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

function walkInteger(
  node: NodeOf<'integer'>,
  value: unknown,
  pointer: string,
  report: Report,
): Integer | undefined {
  const expected = `an integer from ${node.min} to ${node.max}`;
  if (typeof value !== 'number' && typeof value !== 'bigint') return wrong(value, pointer, expected, report);
  const flaw = integerFlaw(node, value);
  if (flaw !== undefined) return refuse(problem(pointer, `${show(value)} ${flaw}`, expected), report);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
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

function walkArray(node: ArrayNode, value: unknown, pointer: string, report: Report): unknown[] | undefined {
  if (!Array.isArray(value)) return wrong(value, pointer, 'an array', report);
  if (value.length < node.min) return refuse(problem(pointer, 'is empty', 'one entry at least'), report);
  const before = report.problems.length;
  const copy = value.map((item: unknown, at) => walk(node.items, item, pointer + step(at), report));
  if (node.rule !== undefined && report.problems.length === before)
    node.rule(copy as never[], scope(report, pointer));
  return copy;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function walkMap(node: MapNode, value: unknown, pointer: string, report: Report): unknown {
  if (!isObject(value)) return wrong(value, pointer, 'an object', report);
  const copy = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value)) {
    const place = pointer + step(key);
    if (!isText(key, place, report)) continue;
    const flaw = node.key(key);
    if (flaw !== undefined) refuse(problem(place, flaw.message, flaw.expected), report);
    else copy[key] = walk(node.values, value[key], place, report);
  }
  return copy;
}

function walkObject(node: ObjectNode, value: unknown, pointer: string, report: Report): unknown {
  if (!isObject(value)) return wrong(value, pointer, 'an object', report);
  const before = report.problems.length;
  const copy: Record<string, unknown> = { ...node.defaults };
  for (const name of Object.keys(value)) {
    const property = node.properties.get(name);
    const place = pointer + step(name);
    if (property === undefined) noteUnknown(node, name, place, report);
    else if (isSet(value[name], place, node.required.includes(name), report)) {
      copy[name] = walk(property, value[name], place, report);
    }
  }
  for (const name of node.required) {
    if (value[name] !== undefined && Object.hasOwn(value, name)) continue;
    const message = `${mistakeIn(node.properties.get(name))}is required and not there`;
    refuse(problem(pointer + step(name), message), report);
  }
  if (node.rule !== undefined && report.problems.length === before)
    node.rule(copy as never, scope(report, pointer));
  return copy;
}

/** An optional property that is null counts as absent, as runc and crun take it; undefined is how JavaScript says absent. */
function isSet(value: unknown, pointer: string, required: boolean, report: Report): boolean {
  if (value === undefined) return false;
  if (value !== null || required) return true;
  report.warnings.push(problem(pointer, 'null counts as absent', 'a value, or no property'));
  return false;
}

/** The specification wants unknown properties ignored; one that looks misspelt is worth a warning. */
function noteUnknown(node: ObjectNode, name: string, pointer: string, report: Report): void {
  if (name.length < 4) return;
  const near = nearest(name, [...node.properties.keys()]);
  if (near !== undefined)
    report.warnings.push(problem(pointer, `is not a property and is ignored (did you mean ${near}?)`));
}
