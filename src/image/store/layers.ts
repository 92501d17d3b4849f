/** Unpacked layers, each once for the chain that it ends. */
import { renameSync, unlinkSync } from 'node:fs';
import { RuntsError } from '../../errors.ts';
import { attempt } from '../../host/attempt.ts';
import { checked } from '../../host/checked.ts';
import { boolean, enumeration, integer, object } from '../../spec/schema.ts';
import type { Schema } from '../../spec/schema.ts';
import { digest } from '../source/schemas.ts';
import type { Compression, Digest } from '../types.ts';
import type { StoreContext } from './context.ts';
import { syncDirectory, writeNew } from './durable.ts';
import { layerDirectory, recordOf } from './paths.ts';
import { formatRecord, readRecord } from './records.ts';

/** layer.json. */
export interface LayerRecord {
  readonly version: number;
  readonly chainId: Digest;
  readonly diffId: Digest;
  /** Of the blob that it was unpacked from. */
  readonly digest: Digest;
  readonly compression: Compression;
  /** Of that blob, bytes. */
  readonly size: number;
  /** Of what was unpacked: files' content, names and attributes. */
  readonly bytes: number;
  readonly entries: number;
  /** Nothing of the layers below is to be seen: who mounts them leaves them out. */
  readonly opaque: boolean;
}

const VERSION = 1;

const count = (what: string): Schema<number> => integer(what, 0, Number.MAX_SAFE_INTEGER);

const schema: Schema<LayerRecord> = object<LayerRecord>(
  {
    version: integer('a version of layer.json', VERSION, VERSION),
    chainId: digest,
    diffId: digest,
    digest,
    compression: enumeration('a compression', ['none', 'gzip', 'zstd']),
    size: count('a size'),
    bytes: count('a size'),
    entries: count('a number of entries'),
    opaque: boolean,
  },
  {
    required: ['version', 'chainId', 'diffId', 'digest', 'compression', 'size', 'bytes', 'entries', 'opaque'],
  },
);

/** A layer that is there; undefined without it, or where it is known to be damaged. */
export function findLayer({ paths }: StoreContext, chainId: Digest): LayerRecord | undefined {
  try {
    return readRecord(recordOf(layerDirectory(paths, chainId)), schema);
  } catch (error) {
    if (error instanceof RuntsError && error.code === 'STATE_CORRUPT') return undefined;
    throw error;
  }
}

/** From now on the layer counts as missing, though containers that run have it: the next load puts another in its place. */
export function condemnLayer({ paths }: StoreContext, chainId: Digest): void {
  const directory = layerDirectory(paths, chainId);
  attempt(() => checked(() => unlinkSync(recordOf(directory))), 'ENOENT');
  syncDirectory(directory);
}

/** @throws {RuntsError} STATE_CORRUPT. */
export function requireLayer(context: StoreContext, chainId: Digest): LayerRecord {
  const found = findLayer(context, chainId);
  if (found !== undefined) return found;
  throw new RuntsError('STATE_CORRUPT', `layer ${chainId}: is not in the store`, {
    hint: 'load the image again',
  });
}

/** `directory` is a layer's own: what was unpacked lies there already. */
export function writeLayerRecord(directory: string, about: Omit<LayerRecord, 'version'>): void {
  writeNew(recordOf(directory), formatRecord({ version: VERSION, ...about }));
}

/** The caller has synced it and has the store's lock. What lies at its place is damaged, and goes to `aside`. */
export function publishLayer(
  { paths }: StoreContext,
  directory: string,
  chainId: Digest,
  aside: string,
): void {
  const place = layerDirectory(paths, chainId);
  attempt(() => checked(() => renameSync(place, aside)), 'ENOENT');
  renameSync(directory, place);
}
