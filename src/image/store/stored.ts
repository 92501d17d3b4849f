import { parseConfig } from '../source/image.ts';
import { parseTyped } from '../source/documents.ts';
import { manifestSchema } from '../source/schemas.ts';
import { MANIFEST } from '../source/media-types.ts';
import type { Digest, ImageConfig, Manifest } from '../types.ts';
import { readDocument } from './blobs.ts';
import { chainIds } from './chain.ts';
import type { StoreContext } from './context.ts';

/** The documents of an image in the store. */
export interface StoredDocuments {
  /** Of the manifest. */
  readonly digest: Digest;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  /** The lowest first. */
  readonly chainIds: readonly Digest[];
}

/** @throws {RuntsError} STATE_CORRUPT where a document is not there or has been altered. */
export function readStored(context: StoreContext, digest: Digest): StoredDocuments {
  const thing = `manifest ${digest}`;
  const document = parseTyped(readDocument(context, digest), manifestSchema, undefined, thing);
  const manifest = { mediaType: MANIFEST, ...document };
  const bytes = readDocument(context, manifest.config.digest);
  const config = parseConfig(bytes, manifest.layers.length, `config ${manifest.config.digest}`);
  return { digest, manifest, config, chainIds: chainIds(config.rootfs.diff_ids) };
}
