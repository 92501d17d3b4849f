import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { RuntsError } from '../../errors.ts';
import { checked } from '../../host/checked.ts';
import { joinPaths, MOST_LAYERS, OVERLAY } from '../../plan/overlay.ts';
import type { SpecBuilder } from '../../spec/builder/builder.ts';
import type { Spec } from '../../spec/types.ts';
import type { Digest, ImageConfig } from '../types.ts';
import { imageSpec, ROOT } from './config.ts';
import type { SpecOptions } from './config.ts';
import { fillEmpty } from './empty-directory.ts';
import { fillInitLayer } from './init-layer.ts';
import type { HostFiles } from './init-layer.ts';
import { filesOf } from './image-files.ts';
import { beAs, mapOwner } from './own-layers.ts';
import { withView } from './view.ts';
import type { View } from './view.ts';

/** An image as a bundle needs it. */
export interface BundleImage {
  /** Of the manifest. */
  readonly digest: Digest;
  readonly config: ImageConfig;
  /** Directories of the layers, absolute, the topmost first. */
  readonly layers: readonly string[];
}

export interface BundleOptions extends SpecOptions, HostFiles {
  /** Goes on from the spec that is made of the image. */
  readonly change?: (spec: SpecBuilder) => SpecBuilder;
}

export interface WrittenBundle {
  readonly spec: Spec;
  /** What should be known and stops nothing, one line each. */
  readonly warnings: readonly string[];
}

/** The annotation that says of which image a bundle is: the digest of its manifest. It does nothing to a container. */
export const IMAGE = 'dev.runts.image';

/**
 * Writes a bundle whose container runs an image: config.json, an empty directory for the root, and the layers that are the
 * container's own. Those of the image stay where they are. What fails leaves nothing behind.
 * @throws {RuntsError} ALREADY_EXISTS for a directory that is not empty, and as {@link imageSpec}.
 */
export async function writeBundle(writing: BundleWriting): Promise<WrittenBundle> {
  requireFew(writing.image);
  return fillEmpty(writing.directory, () => fillBundle(writing));
}

/** @throws {RuntsError} UNSUPPORTED, before anything is made. */
export function requireFew({ layers }: BundleImage): void {
  const most = MOST_LAYERS - 1;
  if (layers.length <= most) return;
  throw new RuntsError(
    'UNSUPPORTED',
    `image: ${layers.length} layers, and a container has ${most} at most beside the one for the runtime`,
    { hint: 'put some of them together in one: overlayfs takes no more' },
  );
}

export interface BundleWriting {
  readonly image: BundleImage;
  /** Absolute. */
  readonly directory: string;
  readonly options: BundleOptions;
}

/** The same for a directory whose owner clears it, whatever happens. */
export async function fillBundle(writing: BundleWriting): Promise<WrittenBundle> {
  const { image, directory, options } = writing;
  const [top] = image.layers;
  if (top === undefined)
    throw new RuntsError('INVALID_CONFIG', 'image: it has no layers, so there is no root');
  const [init, upper, work] = [`${directory}/init`, `${directory}/upper`, `${directory}/work`];
  for (const made of [`${directory}/${ROOT}`, init, upper, work])
    checked(() => mkdirSync(made, { mode: 0o700 }));
  await beAs(top, init);
  const made = await withView({ lower: image.layers, upper: init, work }, (view) => fill(view, writing));
  if (options.readonly === true) {
    for (const unused of [upper, work]) rmSync(unused, { recursive: true });
  } else {
    await beAs(top, upper);
    mapOwner(upper, made.spec.linux ?? {});
  }
  checked(() => writeFileSync(`${directory}/config.json`, made.json, { mode: 0o644 }));
  return made;
}

async function fill(
  view: View,
  { image, directory, options }: BundleWriting,
): Promise<WrittenBundle & { json: string }> {
  const { hostname = hostNameOf(directory), change } = options;
  const { spec, warnings } = await imageSpec(image.config, filesOf(view), { ...options, hostname });
  const changed = (change?.(spec) ?? spec).annotations(annotationsOf(image, options));
  const whole = changed.build();
  const odd = await fillInitLayer(view, { spec: whole, bundle: directory, files: options });
  return { spec: whole, json: changed.json(), warnings: [...warnings, ...odd] };
}

/** What of a directory's name can be a host name. */
function hostNameOf(directory: string): string {
  return (
    basename(directory)
      .replaceAll(/[^\dA-Za-z.-]/g, '-')
      .slice(-63)
      .replace(/^[.-]+/, '') || 'container'
  );
}

function annotationsOf(image: BundleImage, { readonly }: BundleOptions): Record<string, string> {
  const own = readonly === true ? {} : { [OVERLAY.upper]: 'upper', [OVERLAY.work]: 'work' };
  return { [IMAGE]: image.digest, [OVERLAY.lower]: joinPaths(image.layers), [OVERLAY.init]: 'init', ...own };
}
