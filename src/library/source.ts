import type { BundleRequest } from '../container/bundle.ts';
import type { Context } from '../container/context.ts';
import { RuntsError } from '../errors.ts';
import { placeFor } from './image.ts';
import type { Image } from './image.ts';
import { bundleRequest } from './options.ts';
import type { ContainerSource } from './options.ts';
import { Rootfs, using } from './rootfs.ts';

/** Makes a container from its source; what had to be made for that goes where it fails, and else with the container. */
export async function fromSource<T>(
  { root, warn }: Context,
  id: string,
  source: ContainerSource,
  make: (request: BundleRequest) => Promise<T>,
): Promise<T> {
  const { image, rootfs } = source;
  if (image === undefined) {
    const request = bundleRequest(source);
    return rootfs instanceof Rootfs ? using(rootfs, { id, root }, () => make(request)) : make(request);
  }
  refuseOthers(source);
  const { claim, written } = await placeFor(image, { id, root });
  try {
    written.warnings.forEach(warn);
    return await make({ bundle: claim.directory, goesWithContainer: true });
  } finally {
    await claim.release();
  }
}

function refuseOthers(source: ContainerSource & { readonly image?: Image }): void {
  const other = (['bundle', 'spec', 'rootfs'] as const).find((name) => source[name] !== undefined);
  if (other === undefined) return;
  throw new RuntsError('INVALID_ARGUMENT', `${other} and image exclude each other`, {
    hint: 'an image has a spec of its own, which image.with({ spec: (ofImage) => ... }) goes on from',
  });
}
