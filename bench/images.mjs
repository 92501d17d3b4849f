// An image is unpacked: by `runts image load`, by umoci, and by GNU tar with gzip layer after layer.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { makeImage } from './image.mjs';
import { printCycle } from './print.mjs';
import { interleaved, withRatios } from './rounds.mjs';

const RUNTS = resolve(import.meta.dirname, '../bin/runts');
/** Of the rounds of other cycles: one of these takes seconds. */
const SHARE = 0.25;

/** What each makes of the image in a directory that is not there yet, as arguments of `measure`. */
const CONTESTANTS = {
  runts: ({ layout, tag }, out) => [
    RUNTS,
    'image',
    'load',
    '--quiet',
    '--store',
    out,
    `oci:${layout}:${tag}`,
  ],
  umoci: ({ layout, tag }, out) => ['umoci', 'raw', 'unpack', '--image', `${layout}:${tag}`, out],
  'tar and gzip': ({ layers }, out) => [
    ...['mkdir', out],
    ...layers.flatMap((layer) => [
      ',',
      ...['tar', '-C', out, '--numeric-owner', '--xattrs', '--xattrs-include=*', '-xpzf', layer],
    ]),
  ],
};

/** As the other cycles, where there is a Debian to make the image of. */
export function measureImages({ states, measure, env, count, log }) {
  const directory = join(states, 'images');
  mkdirSync(directory);
  try {
    const image = makeImage(directory);
    if (image === undefined) {
      log('\nbench: this system has not the files for an image of 250 MB');
      return {};
    }
    const names = Object.keys(CONTESTANTS).filter((name) => name !== 'umoci' || isInPath(name, env));
    const setting = { image, out: join(directory, 'out'), measure, env };
    const figures = interleaved(
      names.map((name) => ({ name })),
      Math.max(3, Math.round(count * SHARE)),
      ({ name }) => unpackOnce(name, setting),
    );
    const results = figures.map((result) => withRatios(result, figures, (name) => name !== 'runts'));
    printCycle({ cycle: 'five gzip layers, 250 MB', bundle: 'none', results }, log);
    return { results };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const isInPath = (name, { PATH = '' }) =>
  PATH.split(delimiter).some((directory) => existsSync(join(directory, name)));

/** Milliseconds, and megabytes of the largest process. */
function unpackOnce(name, { image, out, measure, env }) {
  const { stdout, stderr } = spawnSync(measure, CONTESTANTS[name](image, out), { encoding: 'utf8', env });
  rmSync(out, { recursive: true, force: true });
  const { wall, user, system, rss, status } = JSON.parse(/^\{.*\}$/m.exec(stdout)?.[0] ?? '{"status":127}');
  if (status !== 0) throw new Error(`${name} cannot unpack the image: ${stderr.slice(0, 500)}`);
  return { wall: wall / 1e3, cpu: (user + system) / 1e3, rss: (rss * 1024) / 1e6 };
}
