// embedded.mjs BUNDLE ROOT CRUN ROUNDS: containers made at once by one Node process, through the core and (unless CRUN is
// empty) by a child process of `crun run` each. Prints JSON: milliseconds a container, from the call to its removal.
import { spawn } from 'node:child_process';
import { nodeHost, run } from '../dist/index.js';
import { quantile, round, summary } from './figures.mjs';

const AT_ONCE = [1, 8, 32];
const [bundle, root, crun, rounds] = process.argv.slice(2);

const context = { host: nodeHost(), root: `${root}-runts`, cgroupManager: 'cgroupfs', warn: console.error };
let serial = 0;
const nextId = () => `bench-${process.pid}-embedded-${serial++}`;

async function throughCore() {
  const status = await run(context, {
    id: nextId(),
    bundle,
    consoleSocket: undefined,
    pidfdSocket: undefined,
    pidFile: undefined,
    noPivot: false,
    noNewKeyring: false,
    preserveFds: 0,
    detach: false,
    keep: false,
    subreaper: false,
  });
  if (status !== 0) throw new Error(`the container ended with ${status}`);
}

function throughChild() {
  const { promise, resolve, reject } = deferred();
  const child = spawn(crun, ['--root', `${root}-crun`, 'run', '--bundle', bundle, nextId()], {
    stdio: 'ignore',
  });
  child.once('error', reject);
  child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`crun ended with ${code}`))));
  return promise;
}

function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
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

async function main() {
  const withCrun = await usable();
  for (let i = 0; i < 3; i++) await throughCore();
  const results = [];
  for (const at of AT_ONCE) {
    const samples = { runts: [], crun: [] };
    const count = Number(rounds) * (at === 1 ? 5 : 1);
    for (let i = 0; i < count; i++) {
      samples.runts.push(await timed(throughCore, at));
      if (withCrun) samples.crun.push(await timed(throughChild, at));
    }
    results.push({
      at,
      runts: summary(samples.runts),
      ...(withCrun && {
        crun: summary(samples.crun),
        ratio: round(quantile(samples.runts, 0.5) / quantile(samples.crun, 0.5)),
      }),
    });
  }
  const eight = results.find(({ at }) => at === 8);
  const eightOverOne = round((eight.runts.median * 8) / results[0].runts.median);
  process.stdout.write(JSON.stringify({ rounds: results, eightOverOne }));
}

await main();
