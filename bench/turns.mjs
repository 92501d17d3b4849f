// turns.mjs BUNDLE ROOT ROUNDS: how long the event loop is held while containers start, in one Node process. Prints JSON:
// milliseconds of the longest turn of each round, by the clock, and without the time in which the thread was ready to run and
// another had the processor: here all containers want one, too.
import { openSync, readSync } from 'node:fs';
import { answer, openRuntime, runMany } from './container.mjs';
import { summary } from './figures.mjs';

const [bundle, root, rounds] = process.argv.slice(2);
const runtime = await openRuntime(root);
const AT_ONCE = 100;
const WARM_UP = 5;

const schedule = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
const buffer = Buffer.alloc(128);

/** Milliseconds for which this thread has waited for a processor (Linux, Documentation/scheduler/sched-stats.rst). */
function delay() {
  const size = readSync(schedule, buffer, 0, buffer.length, 0);
  return Number(buffer.toString('latin1', 0, size).split(' ')[1]) / 1e6;
}

/** Looks at each turn of the loop after this one, which is the caller's; the clock stands still while it waits for the kernel. */
function watchTurns() {
  const longest = { clock: 0, own: 0 };
  let running = true;
  let last;
  const look = () => {
    const now = { use: performance.eventLoopUtilization(), delay: delay() };
    if (last !== undefined) {
      const { active } = performance.eventLoopUtilization(now.use, last.use);
      longest.clock = Math.max(longest.clock, active);
      longest.own = Math.max(longest.own, active - (now.delay - last.delay));
    }
    last = now;
    if (running) setImmediate(look);
  };
  setImmediate(look);
  return () => {
    running = false;
    return longest;
  };
}

async function main() {
  for (let i = 0; i < WARM_UP; i++) await runMany(runtime, bundle, AT_ONCE);
  const turns = [];
  for (let i = 0; i < Number(rounds); i++) {
    const stop = watchTurns();
    await runMany(runtime, bundle, AT_ONCE);
    turns.push(stop());
  }
  const [clock, own] = ['clock', 'own'].map((by) => summary(turns.map((turn) => turn[by])));
  answer({ at: AT_ONCE, clock, own });
}

await main();
