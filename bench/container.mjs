// What the measurements of containers made in a Node process share.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Runtime } from '../dist/index.js';
import { cgroupRoot } from './bundles.mjs';

let serial = 0;

export const nextId = () => `bench-${process.pid}-embedded-${serial++}`;

export const openRuntime = (root) => Runtime.open({ root, warn: console.error });

/** From the call to the removal. */
export async function runOnce(runtime, bundle) {
  const { code } = await runtime.run(nextId(), { bundle, stdio: 'ignore' });
  if (code !== 0) throw new Error(`the container ended with ${code}`);
}

/** So many at once. */
export const runMany = (runtime, bundle, count) =>
  Promise.all(Array.from({ length: count }, () => runOnce(runtime, bundle)));

/** How many states and cgroups of this process's containers are there. */
export function leftovers(root) {
  return oursIn(root) + oursIn(join(cgroupRoot() ?? '', 'runts'));
}

function oursIn(directory) {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return names.filter((name) => name.startsWith(`bench-${process.pid}-embedded-`)).length;
}

/** Resident size in KB, after the garbage is collected (--expose-gc). */
export async function residentSize() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
  return process.memoryUsage.rss() / 1024;
}

export const answer = (figures) => void process.stdout.write(JSON.stringify(figures));
