// generate-order.mjs — writes native/quickjs/order.ld: what usual commands call of the engine and of the
// libraries, for the linker to put side by side. As root, with gdb: it has usual commands stop at each function for the first time.
//   cmake build/standalone && cmake --build build/standalone --target runts-named bench-true && node scripts/generate-order.mjs
// A function that is not in the list, or no longer there, costs a page fault and does no harm.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBundles } from '../bench/bundles.mjs';
import { root } from './lib/load.mjs';
import { codeOf, patternOf, sectionAt } from './lib/link-map.mjs';

const tree = join(root, 'build/standalone');
const executable = join(tree, 'native/quickjs/runts-named');

/** In the order in which they are given. */
function usualCommands({ docker, waiting }) {
  return [
    ['run', '--bundle', docker, 'one'],
    ['create', '--bundle', waiting, 'two'],
    ['start', 'two'],
    ['state', 'two'],
    ['exec', 'two', '/true'],
    ['list'],
    ['kill', 'two', 'KILL'],
    ['delete', '--force', 'two'],
    ['--version'],
  ];
}

function functionsOf(file) {
  const symbols = execFileSync('nm', ['--defined-only', file], { encoding: 'utf8', maxBuffer: 1 << 26 });
  return new Set([...symbols.matchAll(/^(\w+) [tTwWi] /gm)].map(([, address]) => `0x${address}`));
}

/** For gdb: stop at each, say so and go on. The end of the program ends this with an error. */
function stops(functions, args) {
  const shown = args.map((arg) => `'${arg}'`).join(' ');
  return [
    'set pagination off',
    'set breakpoint always-inserted on',
    ...Array.from(functions, (address) => `tbreak *${address}`),
    `run ${shown} </dev/null >/dev/null 2>&1`,
    'while 1',
    'printf "called 0x%lx\\n", $pc',
    'continue',
    'end',
  ].join('\n');
}

function calledBy(args, functions, directory) {
  const script = join(directory, 'stops.gdb');
  writeFileSync(script, stops(functions, args));
  const { stdout } = spawnSync('gdb', ['-nx', '-q', '-batch', '-x', script, executable], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const called = [...stdout.matchAll(/^called (0x\w+)$/gm)].map(([, address]) => Number(address));
  if (called.length === 0) throw new Error(`gdb saw nothing of: runts ${args.join(' ')}`);
  return called;
}

/** Our own code is there as a whole, behind the rest. */
function isForeign({ library, object }) {
  return library === undefined ? object.includes('/gcc/') : library !== 'librunts-core.a';
}

function calledSections() {
  const directory = mkdtempSync(join(tmpdir(), 'runts-order-'));
  const sections = codeOf(readFileSync(`${executable}.map`, 'utf8'));
  const functions = functionsOf(executable);
  const patterns = new Set();
  for (const args of usualCommands(makeBundles(directory, join(tree, 'bench/bench-true')))) {
    for (const address of calledBy(['--root', join(directory, 'root'), ...args], functions, directory)) {
      const section = sectionAt(sections, address);
      if (section && isForeign(section)) patterns.add(patternOf(section));
    }
  }
  rmSync(directory, { recursive: true });
  return patterns;
}

writeFileSync(
  join(root, 'native/quickjs/order.ld'),
  `/* Made by scripts/generate-order.mjs: what usual commands call, in the order in which they do, before all other code. */
SECTIONS {
  .text.called : {
${Array.from(calledSections(), (pattern) => `    ${pattern}\n`).join('')}    *runts-start.dir/*(.text .text.*)
    *runts-quickjs.dir/*(.text .text.*)
    *librunts-core.a:(.text .text.*)
  }
} INSERT BEFORE .text;
`,
);
