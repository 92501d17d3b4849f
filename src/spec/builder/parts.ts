/** Copies of a spec with one part changed. */
import type { Linux, LinuxResources, Process, Spec } from '../types.ts';

export function withProcess(spec: Spec, part: Partial<Process>): Spec {
  return { ...spec, process: { ...spec.process, ...part } };
}

export function withLinux(spec: Spec, part: Partial<Linux>): Spec {
  return { ...spec, linux: { ...spec.linux, ...part } };
}

export function withResources(spec: Spec, part: Partial<LinuxResources>): Spec {
  return withLinux(spec, { resources: { ...spec.linux?.resources, ...part } });
}

/** A copy with the first entry that `is` finds changed to `entry`, or with `entry` at the end. */
export function replaced<T>(entries: readonly T[], entry: T, is: (other: T) => boolean): readonly T[] {
  const at = entries.findIndex(is);
  return at === -1 ? [...entries, entry] : entries.with(at, entry);
}

/** A copy of a record with some values changed; undefined takes a key away. */
export function merged<T>(
  record: Readonly<Record<string, T>>,
  changes: Readonly<Record<string, T | undefined>>,
): Readonly<Record<string, T>> {
  const entries = Object.entries({ ...record, ...changes });
  return Object.fromEntries(entries.filter((entry): entry is [string, T] => entry[1] !== undefined));
}
