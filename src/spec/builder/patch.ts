/** Changes of a spec for which the builder has no method. */
import type { Spec } from '../types.ts';

/** A part of a spec: objects are changed property by property, arrays and values are taken whole, undefined takes away. */
export type Patch<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [key in keyof T]?: Patch<T[key]> | undefined }
    : T;

export function patched(spec: Spec, change: Patch<Spec> | ((spec: Spec) => Spec)): Spec {
  return typeof change === 'function' ? change(spec) : (mergeInto(spec, change) as Spec);
}

type Tree = Readonly<Record<string, unknown>>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mergeInto(before: unknown, change: unknown): unknown {
  if (!isTree(change)) return change;
  const whole: Record<string, unknown> = isTree(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined) Reflect.deleteProperty(whole, key);
    else whole[key] = mergeInto(whole[key], value);
  }
  return whole;
}
