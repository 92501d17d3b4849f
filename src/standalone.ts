/**
 * Entry of the standalone executable. Its host evaluates this while the executable is built and keeps what `command` gives;
 * a process runs that, and finds everything else made.
 */
import { handOver } from './cli/hand-over.ts';
import { main } from './cli/main.ts';
import { VERBS } from './cli/table.ts';
import { load } from './cli/verb.ts';
import { quickjsHost } from './host/quickjs.ts';
import type { Native } from './host/quickjs-native.ts';

export { rehearse, rehearsed } from './rehearsal.ts';

/** The engine makes functions of the language when they are first asked for. */
function makeBuiltIn(): void {
  const makers = [Array, Boolean, Date, Map, Number, Object, Promise, RegExp, Set, String, Symbol, WeakMap];
  const holders: object[] = [
    ...makers,
    ...makers.map(({ prototype }) => prototype as object),
    JSON,
    Math,
    Reflect,
  ];
  for (const holder of holders)
    for (const key of Reflect.ownKeys(holder)) Reflect.getOwnPropertyDescriptor(holder, key);
}

/** A function that runs one command line and gives its exit status. */
export function command(native: Native): () => Promise<number> {
  makeBuiltIn();
  const host = quickjsHost(native);
  const nodeVerbs = handOver(host, (words) => native.become(host.self.name, words));
  for (const verb of VERBS) void load(verb);
  return () => {
    // That the name of a verb is something else costs time and does no harm.
    host.self.args.some((word) => native.prepare(word));
    return main(host, nodeVerbs);
  };
}
