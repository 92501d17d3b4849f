// bench.mjs [--count N] [--json] [--check] [--only cycles|embedded|floor]: runts beside crun and runc, interleaved on the
// same bundles, and the budgets. Run it by `npm run bench`, which builds what it needs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { judge } from './budgets.mjs';
import { makeBundles } from './bundles.mjs';
import { machine } from './figures.mjs';
import { measureFloor } from './floor.mjs';
import { printBudgets, printEmbedded } from './print.mjs';
import { measureCycles } from './rounds.mjs';
import { findRuntimes } from './runtimes.mjs';

const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '40' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    only: { type: 'string' },
    programs: { type: 'string', default: resolve(import.meta.dirname, '../build/bench') },
  },
});
const count = Math.max(1, Number.parseInt(flags.count, 10) || 1);
const log = (line) => process.stderr.write(`${line}\n`);

/** Not the caller's: what a login leaves in the environment must not slow down some of the runtimes. */
function cleanEnvironment() {
  const { NODE_EXTRA_CA_CERTS: _slow, NODE_OPTIONS: _options, ...env } = process.env;
  return env;
}

function wanted(part) {
  return flags.only === undefined || flags.only === part;
}

/** In a process of its own: start-up flags and the environment must be known. */
function measureEmbedded({ states, bundles, runtimes, env }) {
  const crun = runtimes.find(({ name }) => name === 'crun')?.path ?? '';
  const script = join(import.meta.dirname, 'embedded.mjs');
  const rounds = String(Math.max(3, Math.round(count / 8)));
  const args = [script, bundles.docker, join(states, 'embedded'), crun, rounds];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env,
    timeout: 600_000,
  });
  if (status !== 0) {
    log(`\nbench: in one Node process: ${stderr.trim().split('\n').slice(-3).join(' / ')}`);
    return undefined;
  }
  const figures = JSON.parse(stdout);
  printEmbedded(figures, log);
  return figures;
}

function prepare(directory, states) {
  return {
    directory,
    states,
    count,
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
    ...(wanted('embedded') && { embedded: measureEmbedded(setting) }),
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
    const budgets = judge(report.cycles ?? []);
    if (wanted('cycles')) printBudgets(budgets, log);
    if (flags.json) process.stdout.write(`${JSON.stringify({ ...report, budgets }, undefined, 2)}\n`);
    return flags.check && budgets.some(({ verdict }) => verdict !== 'held') ? 1 : 0;
  } finally {
    for (const path of [directory, states]) rmSync(path, { recursive: true, force: true });
  }
}

process.exitCode = main();
