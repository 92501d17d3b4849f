import { RuntsError } from '../errors.ts';
import { checked } from '../host/checked.ts';
import { HostError } from '../host/host.ts';
import type { Host } from '../host/host.ts';
import { NOTHING } from './output.ts';
import type { NodeVerbs } from './verb.ts';

/** MiB for what has just been made: an archive's entries live for a moment, and more would be memory alone. */
const YOUNG = '--max-semi-space-size=1';

/**
 * Verbs of Node for the standalone executable, which has not their code: it goes on as the entry on Node beside it, with the same
 * arguments, environment and descriptors. `become` is that of the machine.
 */
export function handOver(host: Host, become: (words: readonly string[]) => void): NodeVerbs {
  return (name) =>
    Promise.resolve(({ context }) => {
      const entry = entryBeside(host, name);
      context.debug?.(`${name} runs in Node: ${entry}`);
      try {
        checked(() => become(['node', YOUNG, entry, ...host.self.args]));
      } catch (error) {
        throw error instanceof HostError ? withoutNode(name, error) : error;
      }
      return Promise.resolve(NOTHING);
    });
}

/** The package has both in one directory. */
function entryBeside(host: Host, name: string): string {
  const program = host.files.realPath('/proc/self/exe');
  const entry = `${program.slice(0, program.lastIndexOf('/'))}/cli.js`;
  if (host.files.exists(entry)) return entry;
  throw new RuntsError(
    'UNSUPPORTED',
    `${name}: ${entry} is not there, and the standalone executable alone does not know images`,
    {
      hint: 'call the bin/runts of the npm package runts, which has both, with Node 20.19 or newer (docs/images.md)',
    },
  );
}

function withoutNode(name: string, cause: HostError): RuntsError {
  const missing = cause.errno === 'ENOENT';
  const message = missing ? 'node is in no directory of PATH' : `node cannot be executed: ${cause.message}`;
  return new RuntsError('UNSUPPORTED', `${name}: ${message}`, {
    hint: 'images are read and unpacked by Node: install Node 20.19 or newer, or name its directory in PATH (docs/images.md)',
    errno: cause.errno,
    cause,
  });
}
