/** What outside of the store's own names uses images: bundles and containers. */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, realpathSync, unlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RuntsError } from '../../errors.ts';
import { attempt } from '../../host/attempt.ts';
import { checked } from '../../host/checked.ts';
import { array, integer, object, string } from '../../spec/schema.ts';
import type { Schema } from '../../spec/schema.ts';
import { digest } from '../source/schemas.ts';
import type { Digest } from '../types.ts';
import type { StoreContext } from './context.ts';
import { replaceFile, syncDirectory } from './durable.ts';
import { withStage } from './ingest.ts';
import { withLock } from './lock.ts';
import type { StorePaths } from './paths.ts';
import { formatRecord, readRecord } from './records.ts';
import { resolveImage } from './resolve.ts';
import type { StoredImage } from './resolve.ts';

/** Counts for as long as the directory is there. */
export interface Use {
  readonly version: number;
  /** Absolute. */
  readonly directory: string;
  /** Of the manifest. */
  readonly image: Digest;
  /** Chain ids: the image may be damaged or changed while its layers are in use. */
  readonly layers: readonly Digest[];
}

const VERSION = 1;

const schema: Schema<Use> = object<Use>(
  {
    version: integer('a version of uses', VERSION, VERSION),
    directory: string(),
    image: digest,
    layers: array(digest),
  },
  { required: ['version', 'directory', 'image', 'layers'] },
);

/** One file for each directory, whatever is in its name. */
const useFile = ({ uses }: StorePaths, directory: string): string =>
  `${uses}/${createHash('sha256').update(directory).digest('hex')}.json`;

const realPathOf = (path: string): string | undefined =>
  attempt(() => checked(() => realpathSync(path)), 'ENOENT', 'ENOTDIR');

/** Where a directory lies or, gone, has lain. Links that lead there may be somebody else's, who leads them elsewhere. */
function realPlaceOf(directory: string): string {
  const absolute = resolve(directory);
  const found = realPathOf(absolute);
  if (found !== undefined) return found;
  return join(realPathOf(dirname(absolute)) ?? dirname(absolute), basename(absolute));
}

/**
 * The image of a name, whose layers stay for as long as the directory, which is there already, or until it is said that it
 * does not use them any more.
 * @throws {RuntsError} as resolveImage; NOT_FOUND without the directory.
 */
export async function useImage(context: StoreContext, name: string, directory: string): Promise<StoredImage> {
  const { paths } = context;
  const absolute = realPlaceOf(directory);
  return withStage(context, (stage) =>
    withLock(context, () => {
      const image = resolveImage(context, name);
      if (!existsSync(absolute))
        throw new RuntsError('NOT_FOUND', `${absolute}: is not there to use an image`);
      const use = { version: VERSION, directory: absolute, image: image.digest, layers: image.chainIds };
      replaceFile(useFile(paths, absolute), paths.uses, `${stage.directory}/use.json`, formatRecord(use));
      return image;
    }),
  );
}

/** The directory uses no image any more, whether it did or not. */
export async function unuseImage(context: StoreContext, directory: string): Promise<void> {
  const { paths } = context;
  await withLock(context, () => remove(paths, useFile(paths, realPlaceOf(directory))));
}

function remove({ uses }: StorePaths, file: string): void {
  attempt(() => checked(() => unlinkSync(file)), 'ENOENT');
  syncDirectory(uses);
}

/** Those whose directories are there. @throws {RuntsError} STATE_CORRUPT. */
export function readUses({ paths }: StoreContext): Use[] {
  return readdirSync(paths.uses)
    .map((name) => readRecord(`${paths.uses}/${name}`, schema))
    .filter((use) => use !== undefined)
    .filter(({ directory }) => isThere(directory));
}

/** Forgets those whose directories are gone; gives these. The caller has the store's lock. */
export function forgetUses(context: StoreContext): string[] {
  const { paths } = context;
  const alive = new Set(readUses(context).map(({ directory }) => useFile(paths, directory)));
  const gone: string[] = [];
  for (const name of readdirSync(paths.uses)) {
    const file = `${paths.uses}/${name}`;
    if (alive.has(file)) continue;
    gone.push(readRecord(file, schema)?.directory ?? file);
    remove(paths, file);
  }
  return gone;
}

/** One that may not be looked at is there. */
function isThere(directory: string): boolean {
  return attempt(() => checked(() => lstatSync(directory)), 'ENOENT', 'ENOTDIR') !== undefined;
}
