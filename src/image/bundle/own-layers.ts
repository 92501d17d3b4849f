/** The layers that a container has to itself: directories that lie over those of its image. */
import { chownSync, lstatSync } from 'node:fs';
import { checked } from '../../host/checked.ts';
import { hostId } from '../../plan/ids.ts';
import type { IdMapping, Linux } from '../../spec/types.ts';
import { layerFunctions } from '../native.ts';

/** Gives an empty directory the attributes of a layer's top: of several that lie over each other these are all that is to be seen. */
export async function beAs(layer: string, directory: string): Promise<void> {
  const native = layerFunctions();
  const writer = native.openLayer(directory, [layer]);
  try {
    await native.finishLayer(writer);
  } finally {
    native.closeLayer(writer);
  }
}

/** The upper layer is not idmapped as those below are: its files belong to the ids that the host knows. */
export function mapOwner(directory: string, { uidMappings = [], gidMappings = [] }: Linux): void {
  const { uid, gid } = checked(() => lstatSync(directory));
  checked(() => chownSync(directory, onHost(uidMappings, uid), onHost(gidMappings, gid)));
}

/** An id that is not mapped is nobody's, there as here. */
function onHost(mappings: readonly IdMapping[], id: number): number {
  return hostId(mappings, id) ?? id;
}
