/** Reads and checks the JSON documents that runts is given. */
import { checkMounts, checkProcess, checkResources, checkSpec } from './check.ts';
import { accept, readJson } from './document.ts';
import { readFaultless } from './faultless.ts';
import type { Reader } from './faultless.ts';
import type { Problem } from './problems.ts';
import type { FindProgram } from './profile.ts';
import type { LinuxResources, Mount, Process, Spec } from './types.ts';

export interface SpecResult {
  readonly spec: Spec;
  readonly warnings: readonly Problem[];
  /** The text itself, where it is known to say just what the spec does. */
  readonly text?: string;
}

export interface ProcessResult {
  readonly process: Process;
  readonly warnings: readonly Problem[];
}

export interface MountsResult {
  readonly mounts: readonly Mount[];
  readonly warnings: readonly Problem[];
}

export interface ResourcesResult {
  readonly resources: LinuxResources;
  readonly warnings: readonly Problem[];
}

/**
 * Reads a config.json. `file` is the name that messages begin with.
 * @throws RuntsError INVALID_JSON with line and column; INVALID_CONFIG with all problems in `details.problems` and
 * the pointer of the first in `details.path`.
 */
export function readSpec(text: string, file: string): SpecResult {
  return readSpecBy({}, text, file);
}

/** What a host of its own has for reading. */
export interface Reading {
  /** The quicker one. */
  readonly reader?: Reader | undefined;
  readonly findProgram?: FindProgram | undefined;
}

/** The same by what a host has for it. */
export function readSpecBy({ reader, findProgram }: Reading, text: string, file: string): SpecResult {
  const faultless = readFaultless(text, reader, findProgram);
  if (faultless !== undefined)
    return { spec: faultless.spec, warnings: [], ...(!faultless.completed && { text }) };
  const { value, warnings } = accept(checkSpec(readJson(text, file)), file);
  return { spec: value, warnings };
}

/** Reads the file of `exec --process`. Throws as {@link readSpec}. */
export function readProcess(text: string, file: string): ProcessResult {
  const { value, warnings } = accept(checkProcess(readJson(text, file)), file);
  return { process: value, warnings };
}

/** Reads the file of `update --resources`. Throws as {@link readSpec}. */
export function readResources(text: string, file: string): ResourcesResult {
  const { value, warnings } = accept(checkResources(readJson(text, file)), file);
  return { resources: value, warnings };
}

/** Reads the file of `mounts`. Throws as {@link readSpec}. */
export function readMounts(text: string, file: string): MountsResult {
  const { value, warnings } = accept(checkMounts(readJson(text, file)), file);
  return { mounts: value, warnings };
}
