import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { RuntsError } from '../../errors.ts';
import { checked } from '../../host/checked.ts';
import { hostFailed } from '../../host/failure.ts';
import { HostError } from '../../host/host.ts';

/**
 * Fills a directory that is made, or was empty; where that fails it is as it was before. What lies in it may be set-user-id, so it
 * becomes its owner's alone.
 * @throws {RuntsError} ALREADY_EXISTS, UNSUPPORTED for a directory of another user.
 */
export async function fillEmpty<T>(directory: string, fill: () => Promise<T>): Promise<T> {
  const mode = makeEmpty(directory);
  try {
    return await fill();
  } catch (error) {
    const leftovers =
      mode === undefined ? [directory] : readdirSync(directory).map((name) => `${directory}/${name}`);
    for (const path of leftovers) rmSync(path, { recursive: true, force: true });
    if (mode !== undefined) withDirectory(directory, (descriptor) => fchmodSync(descriptor, mode));
    throw error;
  }
}

/** The mode of one that was there. */
function makeEmpty(directory: string): number | undefined {
  try {
    if (checked(() => mkdirSync(directory, { recursive: true, mode: 0o700 })) !== undefined) return undefined;
    return checked(() => withDirectory(directory, (descriptor) => closeToOthers(descriptor, directory)));
  } catch (error) {
    throw error instanceof HostError ? hostFailed(error, `${directory}: cannot make the bundle`) : error;
  }
}

function withDirectory<T>(directory: string, use: (descriptor: number) => T): T {
  const descriptor = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Gives the mode that it had. Another user could open it again, so his is refused. */
function closeToOthers(descriptor: number, directory: string): number {
  const { uid, mode } = fstatSync(descriptor);
  if (uid !== 0 && uid !== process.geteuid?.()) {
    throw new RuntsError('UNSUPPORTED', `${directory}: belongs to another user (${uid})`, {
      hint: 'a bundle has set-user-id files of its image: make it in a directory of your own',
    });
  }
  if (readdirSync(directory).length > 0) {
    throw new RuntsError(
      'ALREADY_EXISTS',
      `${directory}: is not empty, and a bundle wants a directory of its own`,
    );
  }
  fchmodSync(descriptor, 0o700);
  return mode & 0o7777;
}
