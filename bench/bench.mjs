// bench.mjs [--count N] [--json] [--only cycles|embedded|floor]: runts beside crun and runc, interleaved on the same
// bundles. Run it by `npm run bench`, which builds what it needs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeBundles } from './bundles.mjs';
import { MEASURED, measureCycle, stage, startWaiting, stopWaiting } from './cycles.mjs';
import { machine, round, summary, table } from './figures.mjs';
import { findRuntimes, missingPeers } from './runtimes.mjs';

const WARM_UP = 2;
const { values: flags } = parseArgs({
  options: {
    count: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
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

/** Each runtime with the bundles of which it manages a cycle; what it does not is named with what the runtime says. */
function usable(runtimes, setting) {
  const problems = [];
  const staged = runtimes.map((runtime) => {
    const one = stage(runtime, setting);
    const able = cycleBundles(setting).filter((bundle) => {
      try {
        for (let i = 0; i < WARM_UP; i++) measureCycle(one, bundle, 'run');
        if (bundle === 'docker') startWaiting(one);
        return true;
      } catch (error) {
        problems.push(`cannot run ${bundle} here: ${error.message}`);
        return false;
      }
    });
    return { ...one, able };
  });
  for (const name of missingPeers(runtimes)) problems.push(`${name} is not in PATH: not compared`);
  return { staged, problems };
}

function cycleBundles({ bundles }) {
  return ['hello', 'docker'].filter((name) => bundles[name] !== undefined);
}

/** Round by round, each runtime once, the first one changing: what disturbs the machine disturbs all. */
function measureAll(staged, [bundle, cycle]) {
  const samples = new Map(staged.map(({ name }) => [name, []]));
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < staged.length; j++) {
      const one = staged[(i + j) % staged.length];
      samples.get(one.name).push(measureCycle(one, bundle, cycle));
    }
  }
  const results = [...samples].map(([name, list]) => ({
    runtime: name,
    wall: summary(list.map(({ wall }) => wall)),
    cpu: summary(list.map(({ cpu }) => cpu)),
    rss: round(Math.max(...list.map(({ rss }) => rss))),
  }));
  return { bundle, cycle, results: results.map((result) => withRatios(result, results)) };
}

/** To each peer: medians divided. */
function withRatios(result, results) {
  const peers = results.filter(({ runtime }) => runtime !== 'runts' && runtime !== result.runtime);
  const ratios = peers.map((peer) => [
    peer.runtime,
    { wall: round(result.wall.median / peer.wall.median), cpu: round(result.cpu.median / peer.cpu.median) },
  ]);
  return { ...result, ratios: Object.fromEntries(ratios) };
}

function printCycle({ bundle, cycle, results }) {
  const peers = results
    .map(({ runtime }) => runtime)
    .filter((name) => results.some(({ ratios }) => name in ratios));
  const head = [
    `${bundle}: ${cycle}`,
    'wall ms',
    'p10',
    'CPU ms',
    'p10',
    'peak MB',
    ...peers.map((name) => `wall/${name}`),
  ];
  const rows = results.map(({ runtime, wall, cpu, rss, ratios }) => [
    runtime,
    wall.median,
    wall.p10,
    cpu.median,
    cpu.p10,
    rss,
    ...peers.map((name) => ratios[name]?.wall),
  ]);
  log(`\n${table(head, rows).join('\n')}`);
}

function measureOrSay(able, [bundle, cycle], problems) {
  try {
    const measured = measureAll(able, [bundle, cycle]);
    printCycle(measured);
    return measured;
  } catch (error) {
    problems.push(`${cycle} of ${bundle}: ${error.message}`);
    log(`\nbench: ${problems.at(-1)}`);
    return { bundle, cycle, results: [] };
  }
}

function measureCycles(setting) {
  const { staged, problems } = usable(setting.runtimes, setting);
  for (const problem of problems) log(`bench: ${problem}`);
  try {
    const cycles = MEASURED.filter(([bundle]) => setting.bundles[bundle] !== undefined).map((each) => {
      const able = staged.filter((one) => one.able.includes(each[0]));
      return measureOrSay(able, each, problems);
    });
    return { cycles, problems };
  } finally {
    for (const one of staged) stopWaiting(one);
  }
}

/**
 * The BPF program that runts compiled from Docker's profile, out of its cache (header: magic, size of the key, number of
 * instructions; the key; the program), as a file for floor; undefined where runts has not run.
 */
function seccompFile({ directory, states }) {
  const cache = join(states, 'runts/~seccomp');
  if (!existsSync(cache)) return undefined;
  const programs = readdirSync(cache).map((name) => {
    const content = readFileSync(join(cache, name));
    return content.subarray(12 + content.readUInt32LE(4));
  });
  const largest = programs.sort((a, b) => b.length - a.length)[0];
  if (largest === undefined) return undefined;
  const path = join(directory, 'seccomp.bpf');
  writeFileSync(path, largest);
  return path;
}

/** The smallest cost that this kernel allows, by the program of floor.cpp. */
function measureFloor(setting) {
  const { directory, programs, env } = setting;
  const filter = seccompFile(setting);
  const args = ['--rootfs', join(directory, 'rootfs'), '--count', String(count * 5), '--phases'];
  if (filter !== undefined) args.push('--seccomp', filter);
  const { status, stdout, stderr } = spawnSync(join(programs, 'floor'), args, { encoding: 'utf8', env });
  log(
    status === 0
      ? `\nfloor: the same container by system calls alone: ${stdout.trimEnd()}`
      : `\nbench: ${stderr.trim()}`,
  );
  const figures = /^([\d.]+) ms \(p10 ([\d.]+)\)/.exec(stdout);
  return figures === null ? undefined : { median: Number(figures[1]), p10: Number(figures[2]) };
}

/** In a process of its own: start-up flags and the environment must be known. */
function measureEmbedded({ states, bundles, runtimes, env }) {
  const crun = runtimes.find(({ name }) => name === 'crun')?.path ?? '';
  const script = join(import.meta.dirname, 'embedded.mjs');
  const args = [
    script,
    bundles.docker,
    join(states, 'embedded'),
    crun,
    String(Math.max(3, Math.round(count / 4))),
  ];
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
  const head = ['in one Node process', 'runts ms each', 'p10', 'crun run ms each', 'p10', 'runts/crun'];
  const rows = figures.rounds.map(({ at, runts, crun: peer, ratio }) => [
    `${at} at once`,
    runts.median,
    runts.p10,
    peer?.median,
    peer?.p10,
    ratio,
  ]);
  log(`\n${table(head, rows).join('\n')}`);
  log(
    `8 at once take ${figures.eightOverOne} times as long as one (${figures.eightOverOne < 6 ? 'below' : 'NOT below'} 6)`,
  );
  return figures;
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
    const runtimes = findRuntimes(process.env);
    const bundles = makeBundles(directory, join(flags.programs, 'bench-true'));
    const env = cleanEnvironment();
    const measure = join(flags.programs, 'measure');
    const setting = { directory, states, bundles, runtimes, env, programs: flags.programs, measure };
    const about = machine();
    log(
      `bench: ${about.processors} x ${about.cpu}, Linux ${about.kernel}, Node ${about.node}, ${about.date}, load ${about.load}`,
    );
    log(`bench: ${runtimes.map(({ name, version }) => `${name} ${version}`).join(', ')}; ${count} rounds`);
    const report = {
      machine: about,
      runtimes,
      ...(wanted('cycles') && measureCycles(setting)),
      ...(wanted('floor') && { floor: measureFloor(setting) }),
      ...(wanted('embedded') && { embedded: measureEmbedded(setting) }),
    };
    if (flags.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    return 0;
  } finally {
    for (const path of [directory, states]) rmSync(path, { recursive: true, force: true });
  }
}

process.exitCode = main();
