import { RuntsError } from '../../errors.ts';
import { checkedAsync } from '../../host/checked.ts';
import { HostError } from '../../host/host.ts';
import { addon } from '../../host/node-addon.ts';
import type { Addon } from '../../host/node-addon.ts';
import { encodePlan } from '../../plan/encode.ts';
import { UNTRUSTED } from '../../plan/overlay.ts';
import type { ViewFunctions } from '../native.ts';

/** The tree of an image as its container will see it. Paths are clean and count from its root; links in them lead nowhere else. */
export interface View {
  /** A regular file as text; undefined where there is none. @throws {@link HostError} for what is no file, or too large. */
  read(path: string, limit: number): Promise<string | undefined>;
  makeDirectory(path: string): Promise<void>;
  write(path: string, text: string): Promise<void>;
}

/** Directories, absolute paths. */
export interface ViewLayers {
  /** The topmost first. */
  readonly lower: readonly string[];
  /** Gets what is made. */
  readonly upper: string;
  /** Empty, on the file system of `upper`. */
  readonly work: string;
}

/**
 * Puts the layers together, as the container's plan will, in a mount that is nowhere in the tree of mounts: what whiteouts, opaque
 * directories and links mean is said by the kernel alone, and nothing outside can be reached through them.
 */
export async function withView<T>(layers: ViewLayers, use: (view: View) => Promise<T>): Promise<T> {
  const core = addon() as Addon & ViewFunctions;
  const descriptor = await open(core, layers);
  try {
    return await use(viewOf(core, descriptor));
  } finally {
    core.closeDescriptor(descriptor);
  }
}

/** @throws {RuntsError} HOST_FAILED. */
async function open(core: ViewFunctions, layers: ViewLayers): Promise<number> {
  try {
    return await checkedAsync(() => core.openView(planOf(layers)));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const { message, errno, syscall } = error;
    throw new RuntsError('HOST_FAILED', `image: its layers cannot be put together: ${message}`, {
      errno,
      syscall,
      cause: error,
      ...(HINTS[errno] !== undefined && { hint: HINTS[errno] }),
    });
  }
}

const HINTS: Readonly<Record<string, string>> = {
  EINVAL:
    'bundles of images must lie where overlayfs can write: on a file system with extended attributes that is no overlay itself',
  EPERM: 'run as root: layers are put together with rights that an ordinary user has not',
};

function planOf(layers: ViewLayers): string {
  const unmapped = { uidMappings: [], gidMappings: [], userNamespace: '' };
  return encodePlan([
    { kind: 'overlay', on: 'host', because: '', ...layers, options: UNTRUSTED, slot: 0, ...unmapped },
  ]);
}

function viewOf(core: ViewFunctions, view: number): View {
  return {
    read: async (path, limit) => {
      try {
        return await checkedAsync(() => core.readInView(view, whole(path), limit));
      } catch (error) {
        if (error instanceof HostError && MISSING.has(error.errno)) return undefined;
        throw error;
      }
    },
    makeDirectory: (path) => checkedAsync(() => core.makeDirectoryInView(view, whole(path))),
    write: (path, text) => checkedAsync(() => core.writeInView(view, whole(path), text)),
  };
}

const MISSING: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/** A NUL would end it early. */
function whole(path: string): string {
  if (!path.includes('\0')) return path;
  throw new HostError('EINVAL', 'openat2', `${JSON.stringify(path)} is no path`);
}
