/**
 * Entry of the standalone executable. Its host evaluates this while the executable is built and keeps what `command` gives;
 * a process runs that, and finds everything else made.
 */
import { main } from './cli/main.ts';
import { VERBS } from './cli/table.ts';
import { quickjsHost } from './host/quickjs.ts';
import type { Native } from './host/quickjs-native.ts';

export { rehearse } from './rehearsal.ts';

/** That one of them is an argument of something else costs time and does no harm. */
const MAKING: ReadonlySet<string> = new Set(['run', 'create', 'exec']);

/** A function that runs one command line and gives its exit status. */
export function command(native: Native): () => Promise<number> {
  const host = quickjsHost(native);
  for (const verb of VERBS) void verb.load();
  return () => {
    if (host.self.args.some((word) => MAKING.has(word))) native.prepareMaking();
    return main(host);
  };
}
