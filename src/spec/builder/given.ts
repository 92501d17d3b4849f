/** Checks of what a method of the builder is given: by the description of config.json, at once, and in the method's name. */
import { RuntsError } from '../../errors.ts';
import { conform } from '../conform.ts';
import { nearest, newReport, show } from '../problems.ts';
import type { Problem } from '../problems.ts';
import type { Node } from '../schema.ts';
import { specSchema } from '../schema-spec.ts';

/** Where a value is to stand in a spec: keys from the whole; any word stands for an entry of an array. */
type Place = readonly string[];

/**
 * The value as a spec holds it. Warnings count as problems here: who calls a method has meant what it does.
 * @throws RuntsError INVALID_ARGUMENT that names `method`, the value and what would be right
 */
export function given<T>(method: string, place: Place, value: T): T {
  const report = newReport();
  const copy = conform<T>({ node: nodeAt(place) }, value, report);
  const [first] = [...report.problems, ...report.warnings];
  if (first !== undefined) throw unfit(method, first);
  return copy as T;
}

function nodeAt(place: Place): Node {
  return place.reduce<Node>((node, key) => {
    if (node.kind === 'array') return node.items;
    if (node.kind === 'map') return node.values;
    const next = node.kind === 'object' ? node.properties.get(key) : undefined;
    if (next === undefined) throw new TypeError(`config.json has nothing at ${place.join('.')}`);
    return next;
  }, specSchema.node);
}

/** `mount.options[1]: "row" is ignored: ...` */
function unfit(method: string, { pointer, message, expected }: Problem): RuntsError {
  const keys = pointer.split('/').slice(1);
  return refusal([method, ...keys.map(member)].join(''), message, expected);
}

/** A level of a JSON pointer as JavaScript writes it. */
function member(level: string): string {
  const key = level.replaceAll('~1', '/').replaceAll('~0', '~');
  if (/^\d+$/.test(key)) return `[${key}]`;
  return /^\w+$/.test(key) ? `.${key}` : `[${show(key)}]`;
}

/** For throwing: `memory: "64XB" is no size: expected ...` */
export function refusal(method: string, message: string, expected?: string): RuntsError {
  const rest = expected === undefined ? '' : `: expected ${expected}`;
  return new RuntsError('INVALID_ARGUMENT', `${method}: ${message}${rest}`);
}

/** Refuses an object with a property that means nothing, for JavaScript has nobody else to say so. */
export function knownOptions(method: string, options: object, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw refusal(method, `${show(options)} has the wrong type`, 'an object');
  const stray = Object.keys(options).find((name) => !names.includes(name));
  if (stray === undefined) return;
  const near = nearest(stray, names);
  const meant = near === undefined ? `one of ${names.join(', ')}` : near;
  throw refusal(method, `${stray} is no option of it`, meant);
}

/** A text that must be an absolute path, named by its option. */
export function absolute(method: string, option: string, path: string): string {
  if (typeof path === 'string' && path.startsWith('/')) return path;
  throw refusal(method, `${option} ${show(path)} is not an absolute path`, 'a path that begins with /');
}
