// steady.mjs BUNDLE ROOT COUNT: so many containers one after the other, in groups, made by one Node process. Prints JSON:
// by what the process has grown since the first 1,000, or the first half.
import { readdirSync } from 'node:fs';
import { answer, leftovers, openRuntime, residentSize, runMany } from './container.mjs';

const [bundle, root, count] = process.argv.slice(2);
const runtime = await openRuntime(root);
const AT_ONCE = 4;
/** By then threads of the core that nothing is left for have ended. */
const IDLE_MS = 3000;

async function runAll(number) {
  for (let made = 0; made < number; made += AT_ONCE) await runMany(runtime, bundle, AT_ONCE);
}

const entries = (directory) => readdirSync(`/proc/self/${directory}`).length;

async function sizes() {
  await new Promise((resolve) => void setTimeout(resolve, IDLE_MS));
  return { rss: await residentSize(), fds: entries('fd'), threads: entries('task') };
}

async function main() {
  const total = Number(count);
  const first = Math.min(1000, Math.ceil(total / 2));
  await runAll(first);
  const before = await sizes();
  await runAll(total - first);
  const after = await sizes();
  const grown = Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]));
  answer({ count: total, first, grown, after, left: leftovers(root) });
}

await main();
