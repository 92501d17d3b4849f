import type { Digest, SourceImage } from '../types.ts';
import { publishBlob, stageDocument } from './blobs.ts';
import type { StoreContext } from './context.ts';
import { syncDirectory } from './durable.ts';
import { readNames, writeNames } from './images.ts';
import type { Stage } from './ingest.ts';
import { publishLayer } from './layers.ts';
import { withLock } from './lock.ts';
import { manifestFor } from './manifest.ts';
import type { StagedLayer } from './stage-layer.ts';

/**
 * Makes an image the store's; gives the digest of its manifest. Layers are synced all at once; then blobs and layers get their
 * places, each by one rename, and last of all the names.
 */
export async function publish(
  context: StoreContext,
  stage: Stage,
  image: SourceImage,
  layers: readonly StagedLayer[],
): Promise<Digest> {
  const { paths, native } = context;
  const config = stageDocument(stage, image.configBytes);
  const manifest = stageDocument(stage, image.manifestBytes ?? manifestFor(image, layers));
  const isNew = layers.some(({ stage: own, blob }) => own !== undefined || blob !== undefined);
  if (isNew) await native.syncFileSystem(paths.directory);
  await withLock(context, () => {
    const packed = layers.map(({ blob }) => blob).filter((blob) => blob !== undefined);
    for (const blob of [config, manifest, ...packed]) publishBlob(context, blob);
    syncDirectory(paths.blobs);
    for (const { stage: own, directory, chainId } of layers)
      if (own !== undefined) publishLayer(context, directory, chainId, `${own.directory}/replaced`);
    syncDirectory(paths.layers);
    giveNames(context, stage, image.names, manifest.digest);
  });
  return manifest.digest;
}

function giveNames(context: StoreContext, stage: Stage, names: readonly string[], digest: Digest): void {
  const others = readNames(context).filter(({ name }) => !names.includes(name));
  const loaded = new Date().toISOString();
  writeNames(context, stage, [...others, ...names.map((name) => ({ name, digest, loaded }))]);
}
