/** Checks documents that are already values: everything wrong with them at once, or a typed copy. */
import { conform } from './conform.ts';
import { check, verdict } from './document.ts';
import type { Checked } from './document.ts';
import { newReport } from './problems.ts';
import { applyRules } from './rules.ts';
import { processSchema } from './schema-process.ts';
import { resourcesSchema } from './schema-resources.ts';
import { mountsSchema, specSchema } from './schema-spec.ts';
import type { LinuxResources, Mount, Process, Spec } from './types.ts';

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
