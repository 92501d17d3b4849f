// turns.mjs BUNDLE ROOT ROUNDS: how long the event loop is held while containers start, in one Node process. Prints JSON:
// milliseconds of the longest turn of each round in which the engine has collected no garbage, by the clock, and without the
// time in which the thread was ready to run and another had the processor: here all containers want one, too.
import { openSync, readSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { answer, openRuntime, runMany } from './container.mjs';
import { summary } from './figures.mjs';

const [bundle, root, rounds] = process.argv.slice(2);
const runtime = await openRuntime(root);
const AT_ONCE = 100;
const WARM_UP = 5;
/** By then the observer has been told. */
const TOLD_MS = 20;

const schedule = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
const buffer = Buffer.alloc(128);

/** Milliseconds for which this thread has waited for a processor (Linux, Documentation/scheduler/sched-stats.rst). */
function delay() {
  const size = readSync(schedule, buffer, 0, buffer.length, 0);
  return Number(buffer.toString('latin1', 0, size).split(' ')[1]) / 1e6;
}

const collections = [];
new PerformanceObserver((list) => collections.push(...list.getEntries())).observe({ entryTypes: ['gc'] });

const look = () => ({ at: performance.now(), use: performance.eventLoopUtilization(), delay: delay() });

/** Of the turn between two looks; the clock stands still while the loop waits for the kernel. */
function turnOf(from, to) {
  const clock = performance.eventLoopUtilization(to.use, from.use).active;
  return { from: from.at, to: to.at, clock, own: clock - (to.delay - from.delay) };
}

/** Looks at each turn of the loop after this one, which is the caller's; to be called when all is done. */
function watchTurns() {
  const turns = [];
  let running = true;
  let last;
  const next = () => {
    const now = look();
    if (last !== undefined) turns.push(turnOf(last, now));
    last = now;
    if (running) setImmediate(next);
  };
  setImmediate(next);
  return () => {
    running = false;
    return turns;
  };
}

const isQuiet = ({ from, to }) => !collections.some(({ startTime }) => startTime >= from && startTime <= to);

async function measureRound() {
  const stop = watchTurns();
  await runMany(runtime, bundle, AT_ONCE);
  const turns = stop();
  await new Promise((resolve) => void setTimeout(resolve, TOLD_MS));
  const quiet = turns.filter(isQuiet);
  return {
    clock: Math.max(...quiet.map(({ clock }) => clock)),
    own: Math.max(...quiet.map(({ own }) => own)),
  };
}

async function main() {
  for (let i = 0; i < WARM_UP; i++) await runMany(runtime, bundle, AT_ONCE);
  const measured = [];
  for (let i = 0; i < Number(rounds); i++) measured.push(await measureRound());
  const [clock, own] = ['clock', 'own'].map((by) => summary(measured.map((round) => round[by])));
  answer({ at: AT_ONCE, clock, own });
}

await main();
