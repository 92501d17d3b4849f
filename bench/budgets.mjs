// What the standalone executable may cost: beside the peers, and by itself.
import { existsSync, statSync } from 'node:fs';
import { STATIC_PROGRAM } from './cycles.mjs';
import { round } from './figures.mjs';
import { STANDALONE } from './runtimes.mjs';

const RUN = 'run';
const THREE = 'create, start, delete';

/** `peer`: the median divided by that runtime's. Else `of`, with its unit. */
const CYCLES = [
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

const rate = (rates, number) => rates?.find(({ at }) => at === number);

/** Containers made in a Node process: each with where its figure is in the report. */
const EMBEDDED = [
  { what: 'one in Node, times a crun spawned', most: 0.35, in: ({ rates }) => rate(rates, 1)?.ratio },
  { what: 'one in Node, times the floor', most: 2.5, in: ({ rates }) => rate(rates, 1)?.overFloor },
  { what: '32 at once in Node, times cruns spawned', most: 0.2, in: ({ rates }) => rate(rates, 32)?.ratio },
  { what: 'a turn of the event loop in Node (p10)', most: 1, unit: 'ms', in: ({ turns }) => turns?.own.p10 },
  {
    what: 'memory of Node for a live container',
    most: 20,
    unit: 'KB',
    in: ({ live }) => live && round(live.each),
  },
  { what: 'left of live containers', most: 0, in: ({ live }) => live?.left },
  {
    what: 'Node grows over many containers',
    most: 5,
    unit: '%',
    in: ({ steady }) => steady && round((100 * steady.grown.rss) / steady.after.rss),
  },
  { what: 'descriptors left open in Node', most: 0, in: ({ steady }) => steady?.grown.fds },
  { what: 'threads left in Node', most: 0, in: ({ steady }) => steady?.grown.threads },
];

/** An image of five gzip layers is unpacked. */
const IMAGES = [
  { of: 'wall', peer: 'umoci', most: 0.5 },
  { of: 'cpu', peer: 'umoci', most: 0.5 },
  { of: 'wall', peer: 'tar and gzip', most: 0.8 },
  { of: 'rss', most: 100, unit: 'MB' },
];

const NAMES = { wall: 'wall time', cpu: 'CPU time', rss: 'peak resident size' };

/**
 * Each budget with the part of the bench that measures it, its figure (undefined where it was not measured) and `held`,
 * `MISSED` or `not measured`.
 */
export function judge({ cycles = [], embedded = {}, images = {} }) {
  const ofCycles = CYCLES.map((budget) => ({
    ...budget,
    part: 'cycles',
    what: describe(budget),
    figure: budget.file === undefined ? figureOf(budget, cycles) : megabytesOf(STANDALONE),
  }));
  const ofEmbedded = EMBEDDED.map((budget) => ({ ...budget, part: 'embedded', figure: budget.in(embedded) }));
  const ofImages = IMAGES.map((budget) => ({
    ...budget,
    part: 'images',
    what: describe({ ...budget, cycle: 'image load' }),
    figure: figureIn(images.results, budget),
  }));
  return [...ofCycles, ...ofEmbedded, ...ofImages].map((budget) => ({
    ...budget,
    verdict: verdictOf(budget.figure, budget.most),
  }));
}

function describe({ file, cycle, of, peer, beyond }) {
  if (file !== undefined) return `size of ${file}`;
  if (peer !== undefined) return `${cycle}: ${NAMES[of]}, times that of ${peer}`;
  if (beyond !== undefined) return `${cycle}: ${NAMES[of]} beyond that of ${beyond}`;
  return `${cycle}: ${NAMES[of]}`;
}

function figureOf(budget, cycles) {
  return figureIn(
    cycles.find((each) => each.cycle === budget.cycle && each.bundle !== 'hello')?.results,
    budget,
  );
}

function figureIn(results = [], { of, peer, beyond }) {
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
