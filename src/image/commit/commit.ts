import { closeSync } from 'node:fs';
import { RuntsError } from '../../errors.ts';
import { readJson } from '../../spec/document.ts';
import type { ChangedContainer } from '../changes/container.ts';
import { withLayers } from '../changes/container.ts';
import type { LayerBudget } from '../layer/budget.ts';
import { treeFunctions } from '../native.ts';
import type { ReportProgress } from '../progress.ts';
import { compressionOf } from '../source/media-types.ts';
import { corrupt, hasBlob, readDocument } from '../store/blobs.ts';
import type { StoreContext } from '../store/context.ts';
import { checkName } from '../store/images.ts';
import { namelessFile, withStage } from '../store/ingest.ts';
import type { Stage } from '../store/ingest.ts';
import { requireLayer } from '../store/layers.ts';
import type { LoadedImage } from '../store/load.ts';
import { loadImage } from '../store/load-image.ts';
import { readStored } from '../store/stored.ts';
import type { StoredDocuments } from '../store/stored.ts';
import type { BlobPlace, ImageConfig, SourceImage, SourceLayer } from '../types.ts';
import { layerArchive } from './archive.ts';
import { withChange } from './change.ts';
import { committedDocuments } from './documents.ts';
import type { CommitTexts } from './documents.ts';
import { packLayer } from './pack.ts';
import type { PackedLayer } from './pack.ts';

export interface CommitOptions extends CommitTexts {
  /** Called around the reading of what the container may be changing, which is all that it need be paused for. */
  readonly paused?: <T>(read: () => Promise<T>) => Promise<T>;
  readonly budget?: Partial<LayerBudget>;
  readonly progress?: ReportProgress;
}

/**
 * Makes an image of that of a container and of what the container has changed, by the way that any image takes into the store: its new layer
 * is judged and verified as one from elsewhere.
 * @throws {RuntsError} UNSUPPORTED for a container of no known image, and for files that no layer can have; as loadImage.
 */
export async function commit(
  context: StoreContext,
  container: ChangedContainer,
  name: string,
  options: CommitOptions,
): Promise<LoadedImage> {
  checkName(name);
  // Nothing is read for an instruction that is none.
  options.changes?.reduce(withChange, {});
  return withStage(context, async (stage) => {
    const base = baseOf(context, container);
    const { layer, place } = await readLayer(context, stage, container, options);
    try {
      const image = imageOf(context, base, { name, layer, place, options });
      return await loadImage(context, stage, image, { source: name, ...options, budget: budgetOf(options) });
    } finally {
      closeSync(place.descriptor);
    }
  });
}

/** What lies in the container's directory already is no bomb because it packs well. */
const budgetOf = ({ budget }: CommitOptions): Partial<LayerBudget> => ({
  ratio: Number.POSITIVE_INFINITY,
  ...budget,
});

/** The image that the container was made of, all of whose layers are there. */
function baseOf(context: StoreContext, { image }: ChangedContainer): StoredDocuments {
  if (image === undefined) {
    throw new RuntsError('UNSUPPORTED', 'image: the container is not one of an image', {
      hint: 'make it by runts run --image or runts image bundle',
    });
  }
  const stored = readStored(context, image);
  for (const chainId of stored.chainIds) requireLayer(context, chainId);
  const missing = stored.manifest.layers.find(({ digest }) => !hasBlob(context, digest));
  if (missing !== undefined) throw corrupt(missing.digest, 'is not in the store');
  return stored;
}

interface ReadLayer {
  /** Undefined where the container has changed nothing. */
  readonly layer: PackedLayer | undefined;
  readonly place: BlobPlace;
}

async function readLayer(
  { warn, signal }: StoreContext,
  stage: Stage,
  container: ChangedContainer,
  { paused = (read) => read() }: CommitOptions,
): Promise<ReadLayer> {
  const descriptor = namelessFile(stage);
  const native = treeFunctions();
  try {
    return await paused(() =>
      withLayers(native, container, async (layers) => {
        const archive = layerArchive({ native, layers, warn, ...(signal !== undefined && { signal }) });
        const layer = await packLayer(archive.bytes, descriptor);
        const place = { descriptor, offset: 0, size: layer.size };
        return { layer: archive.entries() === 0 ? undefined : layer, place };
      }),
    );
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

interface New extends ReadLayer {
  readonly name: string;
  readonly options: CommitTexts;
}

function imageOf(
  context: StoreContext,
  base: StoredDocuments,
  { name, layer, place, options }: New,
): SourceImage {
  const { digest } = base.manifest.config;
  const config = readJson(new TextDecoder().decode(readDocument(context, digest)), `config ${digest}`);
  const documents = committedDocuments(
    { manifest: base.manifest, config: config as unknown as ImageConfig },
    layer,
    options,
  );
  const below = base.manifest.layers.map((each, at): SourceLayer => ({
    // It is in the store, and is not read again.
    place: { descriptor: -1, offset: 0, size: each.size },
    compression: compressionOf(each.mediaType) ?? 'none',
    digest: each.digest,
    diffId: base.config.rootfs.diff_ids[at]!,
  }));
  const own: SourceLayer[] = layer === undefined ? [] : [{ place, compression: 'gzip', ...layer }];
  return { names: [name], ...documents, layers: [...below, ...own] };
}
