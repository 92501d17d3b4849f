// The cycles of all runtimes, interleaved: what disturbs the machine disturbs all of them.
import { MEASURED, measureCycle, stage, stageStaticProgram, startWaiting, stopWaiting } from './cycles.mjs';
import { round, summary } from './figures.mjs';
import { printCycle } from './print.mjs';
import { isPeer, missingPeers } from './runtimes.mjs';

const WARM_UP = 2;

/** Figures of every cycle, and the problems that left something out. */
export function measureCycles(setting) {
  const { staged, problems } = usable(setting);
  for (const problem of problems) setting.log(`bench: ${problem}`);
  try {
    const cycles = MEASURED.filter(([bundle]) => bundle in setting.bundles).map((each) =>
      measureOrSay(able(staged, each, setting), each, problems, setting),
    );
    return { cycles, problems };
  } finally {
    for (const one of staged) stopWaiting(one);
  }
}

/** Each runtime with the bundles of which it manages a cycle; what it does not is named with what the runtime says. */
function usable(setting) {
  const problems = missingPeers(setting.runtimes).map(
    (name) => `${name} is not in PATH and not in RUNTS_BENCH_RUNTIMES: not compared`,
  );
  const staged = setting.runtimes.map((runtime) => {
    const one = stage(runtime, setting);
    const bundles = ['hello', 'docker'].filter((bundle) => bundle in setting.bundles);
    return { ...one, able: bundles.filter((bundle) => manages(one, bundle, problems)) };
  });
  return { staged, problems };
}

function manages(one, bundle, problems) {
  try {
    for (let i = 0; i < WARM_UP; i++) measureCycle(one, bundle, 'run');
    if (bundle === 'docker') startWaiting(one);
    return true;
  } catch (error) {
    problems.push(`cannot run ${bundle} here: ${error.message}`);
    return false;
  }
}

function able(staged, [bundle], setting) {
  if (bundle === 'none') return [...staged, stageStaticProgram(setting.staticProgram, setting)];
  return staged.filter((one) => one.able.includes(bundle));
}

function measureOrSay(staged, [bundle, cycle], problems, { count, log }) {
  try {
    const measured = measureAll(staged, [bundle, cycle], count);
    printCycle(measured, log);
    return measured;
  } catch (error) {
    problems.push(`${cycle} of ${bundle}: ${error.message}`);
    log(`\nbench: ${problems.at(-1)}`);
    return { bundle, cycle, results: [] };
  }
}

function measureAll(staged, [bundle, cycle], count) {
  const results = interleaved(staged, count, (one) => measureCycle(one, bundle, cycle));
  return { bundle, cycle, results: results.map((result) => withRatios(result, results, isPeer)) };
}

/** Round by round, each contestant once, in an order drawn anew: each feels what any other leaves behind. */
export function interleaved(contestants, count, measureOne) {
  const samples = new Map(contestants.map(({ name }) => [name, []]));
  for (let i = 0; i < count; i++) {
    const now = contestants.filter(({ every = 1 }) => i % every === 0);
    for (const one of shuffled(now)) samples.get(one.name).push(measureOne(one));
  }
  return [...samples].map(([name, list]) => ({
    runtime: name,
    wall: summary(list.map(({ wall }) => wall)),
    cpu: summary(list.map(({ cpu }) => cpu)),
    rss: round(Math.max(...list.map(({ rss }) => rss))),
  }));
}

function shuffled(list) {
  return list
    .map((each) => ({ each, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ each }) => each);
}

/** To each peer: medians divided. */
export function withRatios(result, results, isOther) {
  const peers = results.filter(({ runtime }) => isOther(runtime) && runtime !== result.runtime);
  const ratios = peers.map((peer) => [
    peer.runtime,
    { wall: round(result.wall.median / peer.wall.median), cpu: round(result.cpu.median / peer.cpu.median) },
  ]);
  return { ...result, ratios: Object.fromEntries(ratios) };
}
