// Which runtimes are measured, and where they are.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const PEERS = ['crun', 'runc'];
const checkout = resolve(import.meta.dirname, '..');

/** Of the executable that `npm run build:standalone` makes. */
export const STANDALONE = join(checkout, 'dist/runts');

/**
 * runts of this checkout, as one executable (where it is built) and on Node, and the peers: by RUNTS_BENCH_RUNTIMES
 * (`NAME=PATH ...`), else from PATH. `every`: measured in one of so many rounds only.
 */
export function findRuntimes(env) {
  return [...ownRuntimes(), ...findPeers(env)].map((runtime) => ({
    every: 1,
    env: {},
    ...runtime,
    version: versionOf(runtime.path),
  }));
}

/** Peers that are not compared. */
export function missingPeers(runtimes) {
  return PEERS.filter((peer) => !runtimes.some(({ name }) => name === peer));
}

export function isPeer(name) {
  return PEERS.includes(name);
}

function ownRuntimes() {
  const node = {
    name: 'runts on Node',
    path: join(checkout, 'bin/runts'),
    env: { RUNTS_STANDALONE: '0' },
    every: 4,
  };
  return existsSync(STANDALONE) ? [{ name: 'runts', path: STANDALONE }, node] : [node];
}

function findPeers({ RUNTS_BENCH_RUNTIMES: given = '', PATH = '' }) {
  const named = given.split(/\s+/).filter((entry) => entry.includes('='));
  if (named.length === 0) return PEERS.flatMap((name) => inPath(name, PATH));
  return named.map((entry) => ({
    name: entry.slice(0, entry.indexOf('=')),
    path: resolve(entry.slice(entry.indexOf('=') + 1)),
  }));
}

function inPath(name, path) {
  for (const directory of path.split(delimiter)) {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return [{ name, path: join(directory, name) }];
    } catch {}
  }
  return [];
}

function versionOf(path) {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return /\d+\.\d+[^\s]*/.exec(stdout ?? '')?.[0] ?? 'unknown';
}
