/** Names of images. */
import { RuntsError } from '../../errors.ts';
import { array, integer, object, string } from '../../spec/schema.ts';
import type { Schema } from '../../spec/schema.ts';
import { hexOf } from '../digest.ts';
import type { Digest } from '../types.ts';
import { digest } from '../source/schemas.ts';
import type { StoreContext } from './context.ts';
import { replaceFile } from './durable.ts';
import type { Stage } from './ingest.ts';
import { formatRecord, readRecord } from './records.ts';

/** What a name stands for. */
export interface NamedImage {
  readonly name: string;
  /** Of the manifest. */
  readonly digest: Digest;
  /** When the name was given, RFC 3339. */
  readonly loaded: string;
}

interface Names {
  readonly version: number;
  readonly images: readonly NamedImage[];
}

const VERSION = 1;

const schema: Schema<Names> = object<Names>(
  {
    version: integer('a version of images.json', VERSION, VERSION),
    images: array(
      object<NamedImage>(
        { name: string(), digest, loaded: string() },
        { required: ['name', 'digest', 'loaded'] },
      ),
    ),
  },
  { required: ['version', 'images'] },
);

/** All names, in order. @throws {RuntsError} STATE_CORRUPT. */
export function readNames({ paths }: StoreContext): readonly NamedImage[] {
  return readRecord(paths.images, schema)?.images ?? [];
}

/** The caller has the store's lock. */
export function writeNames({ paths }: StoreContext, stage: Stage, images: readonly NamedImage[]): void {
  const sorted = [...images].sort((left, right) => (left.name < right.name ? -1 : 1));
  const text = formatRecord({ version: VERSION, images: sorted });
  replaceFile(paths.images, paths.directory, `${stage.directory}/images.json`, text);
}

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._:@+/-]*[A-Za-z0-9])?$/;
const MAX_NAME = 255;

/** @throws {RuntsError} INVALID_ARGUMENT for what cannot name an image. */
export function checkName(name: string): void {
  const isDigest = /^sha256:[0-9a-f]*$/.test(name);
  if (NAME.test(name) && !name.includes('//') && name.length <= MAX_NAME && !isDigest) return;
  throw new RuntsError(
    'INVALID_ARGUMENT',
    `image: ${JSON.stringify(name.slice(0, MAX_NAME))} cannot be a name`,
    {
      hint: `a name has letters, digits and . _ : @ + - / between these, ${MAX_NAME} at most, and is no digest: give another with --name`,
    },
  );
}

/** Shorter beginnings of a digest name nothing. */
const MIN_PREFIX = 6;

/**
 * The digest of the manifest that a name means, or a digest, or enough of its beginning. An image comes with names of its own
 * choice, so one that looks like another's digest stands for neither.
 * @throws {RuntsError} NOT_FOUND, INVALID_ARGUMENT for a beginning of several.
 */
export function findImage(context: StoreContext, wanted: string): Digest {
  const names = readNames(context);
  const named = names.find(({ name }) => name === wanted);
  const begun = beginningWith(names, wanted);
  const found = new Set(named === undefined ? begun : [named.digest, ...begun]);
  const [first] = found;
  if (first === undefined) throw unknown(wanted);
  if (found.size === 1) return first;
  if (named === undefined)
    throw new RuntsError('INVALID_ARGUMENT', `image ${wanted}: is the beginning of ${found.size} digests`);
  throw new RuntsError(
    'INVALID_ARGUMENT',
    `image ${wanted}: is a name, and the beginning of another image's digest`,
    { hint: 'write sha256: before a digest' },
  );
}

function beginningWith(names: readonly NamedImage[], wanted: string): Digest[] {
  const [, prefix] = /^(?:sha256:)?([0-9a-f]{6,64})$/.exec(wanted) ?? [];
  if (prefix === undefined) return [];
  return names.map(({ digest }) => digest).filter((digest) => hexOf(digest).startsWith(prefix));
}

function unknown(name: string): RuntsError {
  return new RuntsError('NOT_FOUND', `image ${JSON.stringify(name)}: is not in the store`, {
    hint: `runts image list tells what is; a digest is known by its first ${MIN_PREFIX} digits`,
  });
}
