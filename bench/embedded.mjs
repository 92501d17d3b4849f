// embedded.mjs BUNDLE ROOT CRUN FLOOR ROUNDS: containers made by one Node process, some at once, through the library and
// (unless CRUN is empty) by a child process of `crun run` each; beside one at a time the program FLOOR with its arguments in
// JSON. Prints JSON: milliseconds a container, from the call to its removal.
import { spawn } from 'node:child_process';
import { answer, nextId, openRuntime, runMany, runOnce } from './container.mjs';
import { quantile, round, summary } from './figures.mjs';
import { runFloor } from './floor.mjs';

const AT_ONCE = [1, 8, 32];
/** By then the engine has compiled what a container takes. */
const WARM_UP = 300;
/** The program starts afresh each time: the median of some. */
const FLOOR = 5;
const [bundle, root, crun, floor, rounds] = process.argv.slice(2);
const runtime = await openRuntime(`${root}-runts`);

const throughCore = () => runOnce(runtime, bundle);

function throughChild() {
  return new Promise((resolve, reject) => {
    const args = ['--root', `${root}-crun`, 'run', '--bundle', bundle, nextId()];
    const child = spawn(crun, args, { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`crun ended with ${code}`))));
  });
}

/** Milliseconds a container with `at` at once. */
async function timed(make, at) {
  const begin = performance.now();
  await Promise.all(Array.from({ length: at }, make));
  return (performance.now() - begin) / at;
}

/** True where crun manages one. */
async function usable() {
  if (crun === '') return false;
  return throughChild().then(
    () => true,
    () => false,
  );
}

/** Each in turn, so that what disturbs the machine disturbs all. */
async function measureAt(at, count, withCrun) {
  const samples = { runts: [], crun: [], floor: [] };
  for (let i = 0; i < count; i++) {
    samples.runts.push(await timed(throughCore, at));
    if (withCrun) samples.crun.push(await timed(throughChild, at));
    if (at === 1) samples.floor.push(runFloor(JSON.parse(floor), FLOOR)?.median);
  }
  return samples;
}

const share = (of, by) => round(quantile(of, 0.5) / quantile(by, 0.5));

function figuresOf(at, { runts, crun: peer, floor: least }) {
  const figures = { at, runts: summary(runts) };
  if (peer.length > 0) Object.assign(figures, { crun: summary(peer), ratio: share(runts, peer) });
  const known = least.filter((each) => each !== undefined);
  if (known.length > 0) Object.assign(figures, { floor: summary(known), overFloor: share(runts, known) });
  return figures;
}

async function main() {
  const withCrun = await usable();
  for (let i = 0; i < WARM_UP; i++) await throughCore();
  await runMany(runtime, bundle, Math.max(...AT_ONCE));
  const results = [];
  for (const at of AT_ONCE) {
    const count = Number(rounds) * (at === 1 ? 10 : 1);
    results.push(figuresOf(at, await measureAt(at, count, withCrun)));
  }
  answer(results);
}

await main();
