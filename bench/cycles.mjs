// What is measured of each runtime, as the arguments of `measure`.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupRoot } from './bundles.mjs';

let serial = 0;

/** Each cycle makes a container of its own, or works on the one that waits, or needs none. */
const CYCLES = {
  run: ({ call, bundle, id }) => call('run', '--bundle', bundle, id),
  'create, start, delete': ({ call, bundle, id }) => [
    '-',
    ...call('create', '--bundle', bundle, id),
    ',',
    ...call('start', id),
    ',',
    ...call('delete', id),
  ],
  exec: ({ call, waiting }) => call('exec', waiting, '/true'),
  state: ({ call, waiting }) => call('state', waiting),
  '--version': ({ call }) => call('--version'),
};

/** [bundle, cycle] in the order of the report. */
export const MEASURED = [
  ['hello', 'run'],
  ['hello', 'create, start, delete'],
  ['docker', 'run'],
  ['docker', 'create, start, delete'],
  ['docker', 'exec'],
  ['docker', 'state'],
  ['none', '--version'],
];

/** What starting any program costs, in the cycle that starts a runtime and nothing else. */
export const STATIC_PROGRAM = 'a static C program';

/** A runtime with a state directory of its own below `states`. */
export function stage(runtime, { states, bundles, measure, env }) {
  const key = runtime.name.replaceAll(' ', '-');
  const root = join(states, key);
  return {
    ...runtime,
    key,
    bundles,
    measure,
    env: { ...env, ...runtime.env },
    call: (...args) => [runtime.path, '--root', root, ...args],
    errors: join(states, `${key}-errors`),
    waiting: `bench-${process.pid}-${key}-waiting`,
  };
}

/** Beside the runtimes in `--version`. */
export function stageStaticProgram(path, { measure, env }) {
  return {
    name: STATIC_PROGRAM,
    key: 'static',
    path,
    every: 1,
    bundles: {},
    measure,
    env,
    call: () => [path],
  };
}

/** One cycle: wall and CPU time in milliseconds, peak resident size in MB. Throws with what the runtime said. */
export function measureCycle(staged, bundle, cycle) {
  const id = `bench-${process.pid}-${staged.key}-${serial++}`;
  const args = CYCLES[cycle]({ ...staged, bundle: staged.bundles[bundle], id });
  const { stdout, stderr } = spawnSync(staged.measure, args, options(staged));
  const figures = JSON.parse(stdout === '' ? '{"status":-1}' : stdout);
  if (figures.status !== 0) {
    call(staged, 'delete', '--force', id);
    removeCgroup(id);
    throw new Error(`${staged.name}: ${said(stderr)}`);
  }
  return {
    wall: figures.wall / 1000,
    cpu: (figures.user + figures.system) / 1000,
    rss: (figures.rss * 1024) / 1e6,
  };
}

/** Starts the container that exec and state work on. */
export function startWaiting(staged) {
  const { status, stderr } = call(
    staged,
    'run',
    '--detach',
    '--bundle',
    staged.bundles.waiting,
    staged.waiting,
  );
  if (status !== 0) throw new Error(`${staged.name}: ${said(stderr)}`);
}

export function stopWaiting(staged) {
  call(staged, 'delete', '--force', staged.waiting);
}

/** Errors go to a file: a container that stays would keep a pipe open. */
function call(staged, ...args) {
  const [path, ...rest] = staged.call(...args);
  const errors = openSync(staged.errors, 'w');
  const { status } = spawnSync(path, rest, { ...options(staged), stdio: ['ignore', 'ignore', errors] });
  closeSync(errors);
  return { status, stderr: readFileSync(staged.errors, 'utf8') };
}

/** Some runtimes leave it behind when they fail. */
function removeCgroup(id) {
  try {
    rmdirSync(join(cgroupRoot() ?? '', id));
  } catch {}
}

function options({ env }) {
  return { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 };
}

function said(stderr) {
  const lines = (stderr ?? '').trim().split('\n');
  return lines.find((line) => /error/i.test(line)) ?? (lines[0] || 'failed without a word');
}
