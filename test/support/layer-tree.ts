import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import type { Action, Attributes } from '../../src/image/layer/actions.ts';
import { actionEncoder } from '../../src/image/layer/encode.ts';
import type { Batch } from '../../src/image/layer/encode.ts';
import { layerFunctions } from '../../src/image/native.ts';
import type { LostXattrs } from '../../src/image/native.ts';
import { scratchDirectory } from './bundle.ts';
import { needsOnly } from './conditions.ts';

/** An action, or content of the file before it. */
export type Part = Action | Uint8Array;

/** A name of bytes, as archives have it, of a text. */
export const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');

/** The path of a name of bytes in a directory. */
export const pathIn = (directory: string, name: string): Buffer =>
  Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, 'latin1')]);

export function attributes(mode: number, more: Partial<Attributes> = {}): Attributes {
  const mtime = { seconds: 1_000_000_000, nanoseconds: 123_456_789 };
  return { mode, uid: 0, gid: 0, mtime, xattrs: new Map(), ...more };
}

export const directory = (path: string, mode = 0o755, more: Partial<Attributes> = {}): Action => ({
  kind: 'directory',
  path,
  attributes: attributes(mode, more),
});

/** A file and its content. */
export function file(path: string, content: string, mode = 0o644, more: Partial<Attributes> = {}): Part[] {
  const bytes = Buffer.from(content);
  const action: Action = { kind: 'file', path, attributes: attributes(mode, more), size: bytes.length };
  return bytes.length > 0 ? [action, bytes] : [action];
}

export const symlink = (path: string, target: string, more: Partial<Attributes> = {}): Action => ({
  kind: 'symlink',
  path,
  target,
  attributes: attributes(0o777, more),
});

export const hardlink = (
  path: string,
  existing: string,
  mode = 0o644,
  more: Partial<Attributes> = {},
): Action => ({ kind: 'hardlink', path, existing, attributes: attributes(mode, more) });

export function batchOf(parts: readonly Part[]): Batch {
  const encoder = actionEncoder();
  for (const part of parts) {
    if (part instanceof Uint8Array) encoder.content(part);
    else encoder.action(part);
  }
  return encoder.take();
}

/** Makes a layer of batches, and finishes it. */
export async function applyBatches(
  layer: string,
  batches: readonly Batch[],
  lower: readonly string[] = [],
): Promise<LostXattrs | undefined> {
  const functions = layerFunctions();
  const writer = functions.openLayer(layer, lower);
  try {
    for (const { actions, chunks } of batches) await functions.applyActions(writer, actions, chunks);
    return await functions.finishLayer(writer);
  } finally {
    functions.closeLayer(writer);
  }
}

/** A new directory in a scratch directory. */
export function emptyLayer(context: TestContext): string {
  needsOnly(context, 'root', 'whiteouts');
  const layer = join(scratchDirectory(context), 'layer');
  mkdirSync(layer, 0o700);
  return layer;
}

/** A layer of actions; it lies in a scratch directory. */
export async function layerOf(
  context: TestContext,
  parts: readonly Part[],
  lower: readonly string[] = [],
): Promise<string> {
  const layer = emptyLayer(context);
  await applyBatches(layer, [batchOf(parts)], lower);
  return layer;
}
