// bench.mjs [--count N] [--cycles N] [--live N] [--json] [--check] [--only cycles|embedded|floor|images]: runts beside crun and runc, interleaved on
// the same bundles, unpacking beside umoci and tar, and the budgets. Run it by `npm run bench`, which builds what it needs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { judge } from './budgets.mjs';
import { makeBundles } from './bundles.mjs';
import { machine } from './figures.mjs';
import { measureFloor } from './floor.mjs';
import { measureImages } from './images.mjs';
import { measureInProcess } from './in-process.mjs';
import { printBudgets } from './print.mjs';
import { measureCycles } from './rounds.mjs';
import { findRuntimes } from './runtimes.mjs';

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '40' },
    cycles: { type: 'string', default: '2000' },
    live: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    only: { type: 'string' },
    programs: { type: 'string', default: resolve(import.meta.dirname, '../build/bench') },
  },
});
const number = (text) => Math.max(1, Number.parseInt(text, 10) || 1);
const count = number(flags.count);
const log = (line) => process.stderr.write(`${line}\n`);

/** Not the caller's: what a login leaves in the environment must not slow down some of the runtimes. */
function cleanEnvironment() {
  const { NODE_EXTRA_CA_CERTS: _slow, NODE_OPTIONS: _options, ...env } = process.env;
  return env;
}

function wanted(part) {
  return flags.only === undefined || flags.only === part;
}

function prepare(directory, states) {
  return {
    directory,
    states,
    count,
    cycles: number(flags.cycles),
    live: number(flags.live),
    log,
    staticProgram: join(flags.programs, 'static-program'),
    programs: flags.programs,
    measure: join(flags.programs, 'measure'),
    bundles: makeBundles(directory, join(flags.programs, 'bench-true')),
    runtimes: findRuntimes(process.env),
    env: cleanEnvironment(),
  };
}

function measure(setting) {
  const about = machine();
  log(
    `bench: ${about.processors} x ${about.cpu}, Linux ${about.kernel}, Node ${about.node}, ${about.date}, load ${about.load}`,
  );
  const versions = setting.runtimes.map(({ name, version }) => `${name} ${version}`).join(', ');
  log(`bench: ${versions}; ${count} rounds`);
  return {
    machine: about,
    runtimes: setting.runtimes,
    ...(wanted('cycles') && measureCycles(setting)),
    ...(wanted('floor') && { floor: measureFloor(setting) }),
    ...(wanted('embedded') && { embedded: measureInProcess(setting) }),
    ...(wanted('images') && { images: measureImages(setting) }),
  };
}

function main() {
  if (process.getuid() !== 0) {
    log('bench: containers are made by root: run this as root');
    return 1;
  }
  const directory = mkdtempSync(join(tmpdir(), 'runts-bench-'));
  // Where runtimes keep their states: on tmpfs.
  const states = mkdtempSync('/run/runts-bench-');
  try {
    const report = measure(prepare(directory, states));
    const budgets = judge(report).filter(({ part }) => wanted(part));
    if (budgets.length > 0) printBudgets(budgets, log);
    if (flags.json) process.stdout.write(`${JSON.stringify({ ...report, budgets }, undefined, 2)}\n`);
    return flags.check && budgets.some(({ verdict }) => verdict !== 'held') ? 1 : 0;
  } finally {
    for (const path of [directory, states]) rmSync(path, { recursive: true, force: true });
  }
}

process.exitCode = main();
