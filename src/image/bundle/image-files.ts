import { RuntsError } from '../../errors.ts';
import { HostError } from '../../host/host.ts';
import type { ReadFile } from './user.ts';
import type { View } from './view.ts';

/** Users of an image of any sense fit into it. */
const MOST_BYTES = 2 ** 20;

/**
 * Reads files of an image that say something of users.
 * @throws {RuntsError} INVALID_CONFIG for what is no regular file, and for one that is larger than that (CVE-2024-9676).
 */
export function filesOf(view: View): ReadFile {
  return async (path) => {
    try {
      return await view.read(path, MOST_BYTES);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      const message = `image: ${path}: cannot be read: ${error.message}`;
      throw new RuntsError('INVALID_CONFIG', message, { cause: error });
    }
  };
}
