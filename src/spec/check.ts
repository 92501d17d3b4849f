/** Checks documents that are already values: everything wrong with them at once, or a typed copy. */
import { conform } from './conform.ts';
import { newReport } from './problems.ts';
import type { Problem, Report } from './problems.ts';
import { applyRules } from './rules.ts';
import type { Schema } from './schema.ts';
import { processSchema } from './schema-process.ts';
import { resourcesSchema } from './schema-resources.ts';
import { mountsSchema, specSchema } from './schema-spec.ts';
import type { LinuxResources, Mount, Process, Spec } from './types.ts';

/** A checked copy, which holds only what the specification names, or all that is wrong. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** Checks a config.json for a container on Linux (config.md, config-linux.md). */
export function checkSpec(value: unknown): Checked<Spec> {
  const report = newReport();
  const spec = conform(specSchema, value, report);
  applyRules(spec ?? {}, report);
  return verdict(spec, report);
}

/** Checks the document of `exec --process`: the object `process` of a config.json. */
export function checkProcess(value: unknown): Checked<Process> {
  return check(processSchema, value);
}

/** Checks the document of `update --resources`: the object `linux.resources` of a config.json. */
export function checkResources(value: unknown): Checked<LinuxResources> {
  return check(resourcesSchema, value);
}

/** Checks the document of `mounts`: the array `mounts` of a config.json. */
export function checkMounts(value: unknown): Checked<readonly Mount[]> {
  return check(mountsSchema, value);
}

/** Checks any document against the description of its form. */
export function check<T>(schema: Schema<T>, value: unknown): Checked<T> {
  const report = newReport();
  return verdict(conform(schema, value, report), report);
}

function verdict<T>(value: T | undefined, { problems, warnings }: Report): Checked<T> {
  if (value === undefined || problems.length > 0) return { ok: false, problems, warnings };
  return { ok: true, value, warnings };
}
