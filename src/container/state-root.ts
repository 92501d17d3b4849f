import { RuntsError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { absolutePath } from './paths.ts';

const DEFAULT_ROOT = '/run/runts';

/**
 * The directory where states lie: the given one, else below XDG_RUNTIME_DIR for who is not root of the machine, else
 * /run/runts.
 */
export function stateRoot(host: Host, given: string | undefined): string {
  if (given !== undefined) return checkRoot(host, absolutePath(host.self.cwd, given));
  const runtime = host.self.variable('XDG_RUNTIME_DIR');
  if (runtime?.startsWith('/') !== true || !isUnprivileged(host)) return checkOwner(host, DEFAULT_ROOT);
  const path = `${runtime}/runts`;
  makeSticky(host, path);
  return checkOwner(host, path);
}

function checkRoot(host: Host, path: string): string {
  if (path !== '/') return checkOwner(host, path);
  throw new RuntsError('INVALID_ARGUMENT', 'Option --root argument should not be set to /');
}

/** Whoever owns the directory can put another one in the place of a container's. */
function checkOwner({ files, self }: Host, path: string): string {
  if (!files.isForeign(path) || files.ownerOf(path) === 0) return path;
  throw new RuntsError(
    'UNSUPPORTED',
    `${path}: the root directory belongs to another user than uid ${self.uid}`,
    {
      hint: 'name a directory of your own with --root, or act as that user',
    },
  );
}

/** Another user's id, or root of a user namespace only. */
function isUnprivileged(host: Host): boolean {
  if (host.self.uid !== 0) return true;
  if (host.self.variable('USER') === 'root') return false;
  return !/^\s*0\s+0\s+4294967295\s*$/.test(host.files.readText('/proc/self/uid_map'));
}

/** The sticky bit keeps what lies in XDG_RUNTIME_DIR from being pruned (XDG Base Directory Specification). */
function makeSticky(host: Host, path: string): void {
  try {
    host.files.makeDirectory(path, 0o1700, true);
  } catch (error) {
    throw new RuntsError(
      'HOST_FAILED',
      `${path}: cannot make the root directory: ${(error as Error).message}`,
      {
        cause: error,
        hint: 'the path in $XDG_RUNTIME_DIR must be writable by the user; --root names another place',
      },
    );
  }
}
