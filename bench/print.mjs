// Tables of the report.
import { round, table } from './figures.mjs';

export function printCycle({ bundle, cycle, results }, log) {
  const peers = [...new Set(results.flatMap(({ ratios }) => Object.keys(ratios)))];
  const head = [
    bundle === 'none' ? cycle : `${bundle}: ${cycle}`,
    ...['wall ms', 'p10', 'CPU ms', 'p10', 'peak MB'],
    ...peers.flatMap((name) => [`wall/${name}`, `CPU/${name}`]),
  ];
  const rows = results.map(({ runtime, wall, cpu, rss, ratios }) => [
    runtime,
    ...[wall.median, wall.p10, cpu.median, cpu.p10, rss],
    ...peers.flatMap((name) => [ratios[name]?.wall, ratios[name]?.cpu]),
  ]);
  log(`\n${table(head, rows).join('\n')}`);
}

export function printRates(rates, log) {
  const columns = [
    'runts ms each',
    'p10',
    'crun run ms each',
    'p10',
    'runts/crun',
    'floor ms',
    'runts/floor',
  ];
  const rows = rates.map(({ at, runts, crun, ratio, floor, overFloor }) => [
    `${at} at once`,
    ...[runts.median, runts.p10, crun?.median, crun?.p10, ratio, floor?.median, overFloor],
  ]);
  log(`\n${table(['in one Node process', ...columns], rows).join('\n')}`);
  const [one, eight] = [1, 8].map((number) => rates.find(({ at }) => at === number)?.runts.median);
  log(`8 at once take ${round((eight * 8) / one)} times as long as one`);
}

export function printTurns({ at, clock, own }, log) {
  const waits = `${own.median} ms (p10 ${own.p10}) without waiting for a processor`;
  log(`\n${at} starting at once hold the event loop for ${clock.median} ms at the longest; ${waits}`);
}

export function printLive({ count, each, ending, left }, log) {
  const size = `the Node process grows by ${round(each)} KB for each`;
  log(`\n${count} live: ${size}; ended and deleted in ${round(ending)} ms each, ${left} left`);
}

export function printSteady({ count, first, grown, after, left }, log) {
  const grows = `${round(grown.rss)} KB (of ${round(after.rss)}), ${grown.fds} descriptors, ${grown.threads} threads`;
  log(
    `\n${count} one after the other: after the first ${first} the Node process grows by ${grows}; ${left} left`,
  );
}

/** `held` or `MISSED` for each budget; `-` where it was not measured. */
export function printBudgets(judged, log) {
  const rows = judged.map(({ what, figure, most, unit, verdict }) => [what, figure, most, unit, verdict]);
  log(`\n${table(['budgets of runts', 'figure', 'at most', '', ''], rows).join('\n')}`);
}
