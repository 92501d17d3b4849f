import { lstatSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { RuntsError } from '../../errors.ts';
import { attempt } from '../../host/attempt.ts';
import { checked } from '../../host/checked.ts';
import { storePaths } from './paths.ts';
import type { StorePaths } from './paths.ts';

/** What a store's directory has; whoever finds something else there has mistaken it. */
const NAMES: ReadonlySet<string> = new Set([
  'lock',
  'images.json',
  'blobs',
  'layers',
  'containers',
  'uses',
  'ingest',
  'lost+found',
]);

/**
 * The store of a directory, which is made where there is none.
 * @throws {RuntsError} UNSUPPORTED for a directory that others may write to, INVALID_ARGUMENT for one of other things.
 */
export function makeStore(directory: string): StorePaths {
  const absolute = resolve(directory);
  checked(() => mkdirSync(dirname(absolute), { recursive: true, mode: 0o755 }));
  attempt(() => checked(() => mkdirSync(absolute, { mode: 0o700 })), 'EEXIST');
  const paths = storePaths(checked(() => realpathSync(absolute)));
  requirePrivate(paths.directory);
  requireStore(paths.directory);
  const { blobs, layers, containers, uses, ingest } = paths;
  for (const path of [dirname(blobs), blobs, layers, containers, uses, ingest]) {
    if (attempt(() => checked(() => mkdirSync(path, { mode: 0o700 })), 'EEXIST') === undefined)
      requirePrivate(path);
  }
  return paths;
}

/** Images run as root of whoever makes containers of them: nobody else may put any there. */
function requirePrivate(path: string): void {
  const stats = checked(() => lstatSync(path));
  if (!stats.isDirectory()) throw new RuntsError('INVALID_ARGUMENT', `${path}: is no directory`);
  const own = process.geteuid?.() ?? 0;
  if (stats.uid !== 0 && stats.uid !== own) {
    throw new RuntsError('UNSUPPORTED', `${path}: belongs to another user (${stats.uid})`, {
      hint: 'name a store of your own with --store',
    });
  }
  if ((stats.mode & 0o022) === 0) return;
  throw new RuntsError('UNSUPPORTED', `${path}: others than its owner may write to it`, {
    hint: `a store is its owner's alone: chmod 700 ${path}`,
  });
}

function requireStore(directory: string): void {
  const other = checked(() => readdirSync(directory)).find((name) => !NAMES.has(name));
  if (other === undefined) return;
  throw new RuntsError(
    'INVALID_ARGUMENT',
    `${directory}: is no store of images: it has ${JSON.stringify(other)}`,
    {
      hint: 'a store has a directory of its own',
    },
  );
}
