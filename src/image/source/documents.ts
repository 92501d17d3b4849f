import { createHash } from 'node:crypto';
import { accept, check, readJson } from '../../spec/document.ts';
import type { JsonValue } from '../../spec/json-value.ts';
import type { Schema } from '../../spec/schema.ts';
import { digestFrom } from '../digest.ts';
import type { Descriptor, Digest } from '../types.ts';
import { damaged } from './failure.ts';
import type { SourceFiles } from './files.ts';
import { isForeign, isSchema1 } from './media-types.ts';

export const blobPath = (digest: Digest): string => `blobs/${digest.replace(':', '/')}`;

export const digestOf = (bytes: Uint8Array | string): Digest =>
  digestFrom(createHash('sha256').update(bytes).digest('hex'));

/** The bytes of a blob that is a document, of the size and digest that its descriptor says. */
export function readBlob(files: SourceFiles, { digest, size, mediaType }: Descriptor): Uint8Array {
  const thing = `${files.name}: blob ${digest}`;
  const bytes = files.read(blobPath(digest));
  if (bytes === undefined) throw missing(thing, mediaType);
  if (bytes.length !== size) throw damaged(thing, `has ${bytes.length} bytes, its descriptor says ${size}`);
  const found = digestOf(bytes);
  if (found !== digest) throw damaged(thing, `has been altered: its digest is ${found}`);
  return bytes;
}

export function missing(thing: string, mediaType: string): Error {
  const hint = isForeign(mediaType)
    ? 'its layer is not distributed with images: copy the image with all layers'
    : 'copy the image again';
  return damaged(thing, 'is not there', hint);
}

/** Any document, read strictly: two readers of it shall see the same. @throws {RuntsError} INVALID_JSON, INVALID_CONFIG. */
export function parseDocument<T>(bytes: Uint8Array, schema: Schema<T>, thing: string): T {
  return accept(check(schema, readJson(textOf(bytes, thing), thing)), thing).value;
}

/**
 * A manifest or an index, which must be what its media type says and nothing else beside: who takes one for the other
 * runs another image than was judged (CVE-2021-41190).
 */
export function parseTyped<T extends { readonly mediaType?: string }>(
  bytes: Uint8Array,
  schema: Schema<T>,
  mediaType: string | undefined,
  thing: string,
): T {
  const value = readJson(textOf(bytes, thing), thing);
  refuseOther(value, thing);
  const document = accept(check(schema, value), thing).value;
  if ([document.mediaType, mediaType].includes(undefined) || document.mediaType === mediaType)
    return document;
  throw damaged(thing, `says that it is ${document.mediaType}, and its descriptor ${mediaType}`);
}

function refuseOther(value: JsonValue, thing: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const { mediaType } = value;
  if (value['schemaVersion'] === 1 || (typeof mediaType === 'string' && isSchema1(mediaType)))
    throw schema1(thing);
  if ('manifests' in value && ('layers' in value || 'config' in value))
    throw damaged(thing, 'is an index and a manifest at once');
}

export function schema1(thing: string): Error {
  return damaged(
    thing,
    'is a manifest of schema 1, which does not say what its layers hold',
    'convert it: skopeo copy --format oci',
  );
}

function textOf(bytes: Uint8Array, thing: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged(thing, 'is not UTF-8');
  }
}
