// Which runtimes are measured, and whether they can run here at all.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const PEERS = ['crun', 'runc'];

/** runts of this checkout and the peers: by RUNTS_BENCH_RUNTIMES (`NAME=PATH ...`), else from PATH. */
export function findRuntimes(env) {
  const given = (env.RUNTS_BENCH_RUNTIMES ?? '').split(/\s+/).filter((entry) => entry.includes('='));
  const named = given.map((entry) => ({
    name: entry.slice(0, entry.indexOf('=')),
    path: resolve(entry.slice(entry.indexOf('=') + 1)),
  }));
  const own = { name: 'runts', path: resolve(import.meta.dirname, '../bin/runts') };
  const peers = given.length > 0 ? named : PEERS.flatMap((name) => inPath(name, env.PATH ?? ''));
  return [...peers.filter(({ name }) => name === 'runts').slice(0, 1), own]
    .slice(0, 1)
    .concat(peers.filter(({ name }) => name !== 'runts'))
    .map((runtime) => ({ ...runtime, version: versionOf(runtime.path) }));
}

/** Peers that were not looked for in vain. */
export function missingPeers(runtimes) {
  return PEERS.filter((peer) => !runtimes.some(({ name }) => name === peer));
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
  const { stdout = '' } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return /\d+\.\d+[^\s]*/.exec(stdout ?? '')?.[0] ?? 'unknown';
}
