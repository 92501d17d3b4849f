// Tables of the report.
import { table } from './figures.mjs';

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

export function printEmbedded({ rounds, eightOverOne }, log) {
  const head = ['in one Node process', 'runts ms each', 'p10', 'crun run ms each', 'p10', 'runts/crun'];
  const rows = rounds.map(({ at, runts, crun: peer, ratio }) => [
    `${at} at once`,
    runts.median,
    runts.p10,
    peer?.median,
    peer?.p10,
    ratio,
  ]);
  log(`\n${table(head, rows).join('\n')}`);
  log(`8 at once take ${eightOverOne} times as long as one (${eightOverOne < 6 ? 'below' : 'NOT below'} 6)`);
}

/** `held` or `MISSED` for each budget; `-` where it was not measured. */
export function printBudgets(judged, log) {
  const rows = judged.map(({ what, figure, most, unit, verdict }) => [what, figure, most, unit, verdict]);
  log(`\n${table(['budgets of runts', 'figure', 'at most', '', ''], rows).join('\n')}`);
}
