// Containers made in a Node process: how fast, and what they cost that process. Each measurement has a process of its own, as
// start-up flags and the environment must be known.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { floorArguments } from './floor.mjs';
import { printLive, printRates, printSteady, printTurns } from './print.mjs';

/**
 * The engine's young generation, which grows with how busy a process is and never shrinks, has one size where it is measured
 * by how much the process grows.
 */
const FIXED_HEAP = ['--expose-gc', '--min-semi-space-size=4', '--max-semi-space-size=4'];

/** Figures of each, or undefined for one that failed. */
export function measureInProcess(setting) {
  const { bundles, states, count, cycles, live, runtimes, log } = setting;
  const at = (name) => join(states, name);
  const crun = runtimes.find(({ name }) => name === 'crun')?.path ?? '';
  const floor = JSON.stringify(floorArguments(setting));
  const some = (share) => String(Math.max(3, Math.round(count / share)));
  const measured = {
    rates: measureOne('embedded', [bundles.docker, at('embedded'), crun, floor, some(8)], setting),
    turns: measureOne('turns', [bundles.docker, at('turns'), some(8)], setting),
    live: measureOne('live', [bundles.waiting, at('live'), String(live)], setting, FIXED_HEAP),
    steady: measureOne('steady', [bundles.docker, at('steady'), String(cycles)], setting, FIXED_HEAP),
  };
  if (measured.rates) printRates(measured.rates, log);
  if (measured.turns) printTurns(measured.turns, log);
  if (measured.live) printLive(measured.live, log);
  if (measured.steady) printSteady(measured.steady, log);
  return measured;
}

function measureOne(name, args, { env, log }, flags = []) {
  const script = join(import.meta.dirname, `${name}.mjs`);
  const options = { encoding: 'utf8', env, timeout: 1_200_000 };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, script, ...args], options);
  if (status === 0) return JSON.parse(stdout);
  log(`\nbench: ${name}, in one Node process: ${stderr.trim().split('\n').slice(-3).join(' / ')}`);
  return undefined;
}
