/**
 * A small language for describing documents: one description a section, as data, tied to the TypeScript type of the
 * section, so that a property in one and not in the other does not compile. `conform` in conform.ts reads it.
 */
import type { Scope } from './problems.ts';
import type { Integer } from './types.ts';

/** Says what is wrong with a value of the right type, or nothing. */
export type Flaw = { readonly message: string; readonly expected: string };
export type Rule<T> = (value: T, scope: Scope) => void;

export type Node =
  | { readonly kind: 'boolean' }
  | StringNode
  | { readonly kind: 'integer'; readonly what: string; readonly min: Integer; readonly max: Integer }
  | EnumerationNode
  | ArrayNode
  | MapNode
  | ObjectNode;

export interface StringNode {
  readonly kind: 'string';
  readonly empty: boolean;
  readonly flaw?: (value: string) => Flaw | undefined;
  /** A string that begins so has no flaw. */
  readonly start?: string;
}

export interface EnumerationNode {
  readonly kind: 'enumeration';
  readonly what: string;
  readonly words: readonly string[];
  /** What runc says of any mistake here, for those who look for its words. */
  readonly mistake?: string;
}

export interface ArrayNode {
  readonly kind: 'array';
  readonly items: Node;
  /** Entries at least. */
  readonly min: number;
  readonly rule?: Rule<readonly never[]>;
}

export interface MapNode {
  readonly kind: 'map';
  readonly values: Node;
  readonly key: (key: string) => Flaw | undefined;
}

export interface ObjectNode {
  readonly kind: 'object';
  readonly properties: ReadonlyMap<string, Node>;
  readonly required: readonly string[];
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Judges the object alone, when each of its properties has the right form. */
  readonly rule?: Rule<never>;
}

/** A description of values of type T. */
export interface Schema<out T> {
  readonly node: Node;
  /** Never there; ties the description to its type. */
  readonly is?: T;
}

export const boolean: Schema<boolean> = { node: { kind: 'boolean' } };

/** Any string; the empty one too. */
export const anyString: Schema<string> = { node: { kind: 'string', empty: true } };

/** A string that is not empty, and about which `flaw` finds nothing to say: it need not look at one that begins with `start`. */
export function string(flaw?: (value: string) => Flaw | undefined, start?: string): Schema<string> {
  const wish = { ...(flaw !== undefined && { flaw }), ...(start !== undefined && { start }) };
  return { node: { kind: 'string', empty: false, ...wish } };
}

/** A string that may be empty, and about which `flaw` finds nothing to say otherwise. */
export function emptyOr(flaw: (value: string) => Flaw | undefined): Schema<string> {
  return { node: { kind: 'string', empty: true, flaw: (value) => (value === '' ? undefined : flaw(value)) } };
}

/** An integer that fits a number. */
export function integer(what: string, min: number, max: number): Schema<number> {
  return { node: { kind: 'integer', what, min, max } };
}

/** An integer that may need a bigint. */
export function bigInteger(what: string, min: Integer, max: bigint): Schema<Integer> {
  return { node: { kind: 'integer', what, min, max } };
}

export const INT64_MAX = 2n ** 63n - 1n;
export const UINT64_MAX = 2n ** 64n - 1n;

export const int64 = (what: string): Schema<Integer> => bigInteger(what, -(2n ** 63n), INT64_MAX);
export const uint64 = (what: string): Schema<Integer> => bigInteger(what, 0, UINT64_MAX);
export const uint32 = (what: string): Schema<number> => integer(what, 0, 2 ** 32 - 1);

/** A user or group id; 2^32 - 1 is the kernel's word for none. */
export const id = (what: string): Schema<number> => integer(what, 0, 2 ** 32 - 2);

export function enumeration<W extends string>(
  what: string,
  words: readonly W[],
  mistake?: string,
): Schema<W> {
  return { node: { kind: 'enumeration', what, words, ...(mistake !== undefined && { mistake }) } };
}

export function array<T>(
  items: Schema<T>,
  options: { min?: number; rule?: Rule<readonly T[]> } = {},
): Schema<readonly T[]> {
  const rule = options.rule === undefined ? {} : { rule: options.rule as Rule<readonly never[]> };
  return { node: { kind: 'array', items: items.node, min: options.min ?? 0, ...rule } };
}

/** An object whose keys are names that the config's author chose. */
export function map<T>(
  values: Schema<T>,
  key: (key: string) => Flaw | undefined = keyNotEmpty,
): Schema<Readonly<Record<string, T>>> {
  return { node: { kind: 'map', values: values.node, key } };
}

function keyNotEmpty(key: string): Flaw | undefined {
  return key === '' ? { message: 'the key is empty', expected: 'a name' } : undefined;
}

type Properties<T> = { readonly [K in keyof T]-?: Schema<NonNullable<T[K]>> };

interface ObjectOptions<T> {
  /** Properties that have to be there. */
  readonly required?: readonly (keyof T & string)[];
  /** Values of properties that are not there. */
  readonly defaults?: Partial<T>;
  readonly rule?: Rule<T>;
}

export function object<T extends object>(
  properties: Properties<T>,
  options: ObjectOptions<T> = {},
): Schema<T> {
  const nodes = Object.entries<Schema<unknown>>(properties).map(
    ([name, schema]) => [name, schema.node] as const,
  );
  const rule = options.rule === undefined ? {} : { rule: options.rule as Rule<never> };
  const { required = [], defaults = {} } = options;
  return { node: { kind: 'object', properties: new Map(nodes), required, defaults, ...rule } };
}
