// What the standalone executable may cost: beside the peers, and by itself.
import { existsSync, statSync } from 'node:fs';
import { STATIC_PROGRAM } from './cycles.mjs';
import { round } from './figures.mjs';
import { STANDALONE } from './runtimes.mjs';

const RUN = 'run';
const THREE = 'create, start, delete';

/** `peer`: the median divided by that runtime's. Else `of`, with its unit. */
const BUDGETS = [
  { cycle: RUN, of: 'wall', peer: 'crun', most: 0.6 },
  { cycle: RUN, of: 'cpu', peer: 'crun', most: 0.6 },
  { cycle: RUN, of: 'wall', peer: 'runc', most: 0.2 },
  { cycle: RUN, of: 'cpu', peer: 'runc', most: 0.2 },
  { cycle: THREE, of: 'wall', peer: 'crun', most: 0.6 },
  { cycle: THREE, of: 'cpu', peer: 'crun', most: 0.6 },
  { cycle: 'exec', of: 'wall', peer: 'crun', most: 0.6 },
  { cycle: 'exec', of: 'cpu', peer: 'crun', most: 0.6 },
  { cycle: 'state', of: 'wall', peer: 'crun', most: 1 },
  { cycle: 'state', of: 'cpu', peer: 'crun', most: 1 },
  { cycle: '--version', of: 'wall', beyond: STATIC_PROGRAM, most: 1, unit: 'ms' },
  { cycle: RUN, of: 'rss', most: 5, unit: 'MB' },
  { file: 'dist/runts', most: 6, unit: 'MB' },
];

const NAMES = { wall: 'wall time', cpu: 'CPU time', rss: 'peak resident size' };

/** Each budget with its figure (undefined where it was not measured) and `held`, `MISSED` or `not measured`. */
export function judge(cycles) {
  return BUDGETS.map((budget) => {
    const figure = budget.file === undefined ? figureOf(budget, cycles) : megabytesOf(STANDALONE);
    return { ...budget, what: describe(budget), figure, verdict: verdictOf(figure, budget.most) };
  });
}

function describe({ file, cycle, of, peer, beyond }) {
  if (file !== undefined) return `size of ${file}`;
  if (peer !== undefined) return `${cycle}: ${NAMES[of]}, times that of ${peer}`;
  if (beyond !== undefined) return `${cycle}: ${NAMES[of]} beyond that of ${beyond}`;
  return `${cycle}: ${NAMES[of]}`;
}

function figureOf({ cycle, of, peer, beyond }, cycles) {
  const results = cycles.find((each) => each.cycle === cycle && each.bundle !== 'hello')?.results ?? [];
  const result = results.find(({ runtime }) => runtime === 'runts');
  if (result === undefined) return undefined;
  if (peer !== undefined) return result.ratios[peer]?.[of];
  if (beyond === undefined) return result[of];
  const base = results.find(({ runtime }) => runtime === beyond);
  return base && round(result[of].median - base[of].median);
}

function megabytesOf(path) {
  return existsSync(path) ? round(statSync(path).size / 1e6) : undefined;
}

function verdictOf(figure, most) {
  if (figure === undefined) return 'not measured';
  return figure <= most ? 'held' : 'MISSED';
}
