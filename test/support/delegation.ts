import { chownSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { uniqueId } from './bundle.ts';
import { cgroupRoot } from './conditions.ts';

export interface DelegatedCgroup {
  /** From the root of the hierarchy. */
  path: string;
  directory: string;
  /** Below it, for the processes that use it. */
  runner: string;
}

const FILES = ['', 'cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control'];

/** A cgroup that belongs to a user, as the kernel's documentation wants a delegated one (cgroup-v2.rst). */
export function delegatedCgroup(context: TestContext, owner: number): DelegatedCgroup {
  const path = `/runts-test-${uniqueId()}`;
  const directory = `${cgroupRoot}${path}`;
  const runner = join(directory, 'runner');
  mkdirSync(runner, { recursive: true });
  enableControllers(cgroupRoot ?? '');
  for (const at of [directory, runner]) {
    for (const file of FILES) chownSync(join(at, file), owner, owner);
  }
  context.onTestFinished(() => removeCgroups(directory));
  return { path, directory, runner };
}

function enableControllers(directory: string): void {
  for (const name of readFileSync(join(directory, 'cgroup.controllers'), 'utf8').trim().split(' ')) {
    if (name !== '') writeFileSync(join(directory, 'cgroup.subtree_control'), `+${name}`);
  }
}

function removeCgroups(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroups(join(directory, entry.name));
  }
  rmdirSync(directory);
}
