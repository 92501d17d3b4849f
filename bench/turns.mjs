// turns.mjs BUNDLE ROOT ROUNDS: how long the event loop is held while containers start, in one Node process. Prints JSON:
// milliseconds of the longest turn of each round.
import { answer, openRuntime, runMany } from './container.mjs';
import { summary } from './figures.mjs';

const [bundle, root, rounds] = process.argv.slice(2);
const runtime = await openRuntime(root);
const AT_ONCE = 100;

/** Looks at each turn of the loop: what it took without the time in which it waited for the kernel. */
function watchTurns() {
  let longest = 0;
  let running = true;
  let last = performance.eventLoopUtilization();
  const look = () => {
    const now = performance.eventLoopUtilization();
    longest = Math.max(longest, performance.eventLoopUtilization(now, last).active);
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
  for (let i = 0; i < 3; i++) await runMany(runtime, bundle, AT_ONCE);
  const longest = [];
  for (let i = 0; i < Number(rounds); i++) {
    const stop = watchTurns();
    await runMany(runtime, bundle, AT_ONCE);
    longest.push(stop());
  }
  answer({ at: AT_ONCE, longest: summary(longest) });
}

await main();
