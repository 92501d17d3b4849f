// live.mjs BUNDLE ROOT COUNT: containers that all live at once, made by one Node process, then all ended and deleted at
// once. Prints JSON: KB by which the process grew for each, and what was left behind.
import { answer, leftovers, nextId, openRuntime, residentSize } from './container.mjs';

const [bundle, root, count] = process.argv.slice(2);
const runtime = await openRuntime(root);
/** So many are made at a time. */
const BATCH = 50;
/** Groups that come before: what a first container takes of code and caches is not of each. */
const WARM_UP = 8;

async function startOne() {
  const container = await runtime.create(nextId(), { bundle });
  await container.start();
  return container;
}

async function startAll(number) {
  const containers = [];
  while (containers.length < number) {
    const more = Math.min(BATCH, number - containers.length);
    containers.push(...(await Promise.all(Array.from({ length: more }, startOne))));
  }
  return containers;
}

const endAll = (containers) => Promise.all(containers.map((one) => one[Symbol.asyncDispose]()));

async function main() {
  for (let i = 0; i < WARM_UP; i++) await endAll(await startAll(BATCH));
  const before = await residentSize();
  const containers = await startAll(Number(count));
  const after = await residentSize();
  const begin = performance.now();
  await endAll(containers);
  const ending = (performance.now() - begin) / containers.length;
  answer({
    count: containers.length,
    each: (after - before) / containers.length,
    ending,
    left: leftovers(root),
  });
}

await main();
