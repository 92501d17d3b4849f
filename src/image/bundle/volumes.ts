import { RuntsError } from '../../errors.ts';
import { cleanPath, isWithin } from '../../plan/paths.ts';
import type { Mount } from '../../spec/types.ts';
import type { ImageProcess } from '../types.ts';

/** What the kernel and the runtime fill: nothing of an image belongs over it (CVE-2019-16884). */
const KERNELS = ['/dev', '/proc', '/sys'];

/** Each is a mount: the kernel has 100,000 in all for a namespace (sysctl fs.mount-max), and images of any sense a few. */
const MOST = 256;

export interface Volumes {
  readonly mounts: readonly Mount[];
  /** Paths that get no volume. */
  readonly refused: readonly string[];
}

/**
 * A file system in memory for each, with a copy of what the image has there, which the container makes itself: no path of an image
 * is ever copied from by the host (CVE-2022-23648). What is written there is neither in the upper layer nor in an image made of it.
 * @throws {RuntsError} TOO_LARGE.
 */
export function volumesOf({ Volumes: volumes = {} }: ImageProcess): Volumes {
  const paths = [...new Set(Object.keys(volumes).map(cleanPath))].sort();
  if (paths.length > MOST)
    throw new RuntsError(
      'TOO_LARGE',
      `image: config.Volumes: ${paths.length} volumes, and at most ${MOST} are made`,
    );
  return {
    mounts: paths.filter(mayBe).map(volume),
    refused: paths.filter((path) => !mayBe(path)),
  };
}

function mayBe(path: string): boolean {
  return path !== '/' && !path.includes('\0') && !KERNELS.some((directory) => isWithin(path, directory));
}

const volume = (destination: string): Mount => ({
  destination,
  type: 'tmpfs',
  source: 'volume',
  options: ['nosuid', 'nodev', 'tmpcopyup'],
});
