import { RuntsError } from '../../errors.ts';
import { runImage } from '../../image/bundle/run.ts';
import { isOn, wordOf } from '../flags.ts';
import type { Output } from '../output.ts';
import type { Input, VerbFunction } from '../verb.ts';
import { createRequest } from '../verbs/create-request.ts';
import { bundleOptions } from './options.ts';
import { storeOf } from './store.ts';

/** `run --image`. Signals are those of the container, so the store gets none. */
export const verb: VerbFunction = async (input) => {
  const { context, flags, args } = input;
  refuseBundle(input);
  const store = await storeOf(input, { warn: context.warn });
  const { bundle: _, config: __, id: ___, ...request } = createRequest(input);
  const detach = isOn(flags, 'detach');
  const ran = await runImage(context, store, {
    ...request,
    id: wordOf(flags, 'name'),
    image: wordOf(flags, 'image') ?? '',
    options: { ...bundleOptions(flags), args, terminal: wantsTerminal(input) },
    detach,
    keep: isOn(flags, 'keep'),
    subreaper: !isOn(flags, 'no-subreaper'),
  });
  return outputOf(ran, detach && wordOf(flags, 'name') === undefined);
};

/** A made-up id is told, where the container goes on. */
function outputOf({ id, code }: { readonly id: string; readonly code: number }, tells: boolean): Output {
  return tells ? { kind: 'text', text: `${id}\n`, code } : { kind: 'exit', code };
}

function refuseBundle({ flags }: Input): void {
  const other = ['bundle', 'config'].find((name) => flags.has(name));
  if (other === undefined) return;
  throw new RuntsError('INVALID_ARGUMENT', `--${other} and --image exclude each other`, {
    hint: 'image bundle writes a bundle that can be changed, for run --bundle',
  });
}

/** Where it is asked for, where somebody waits for one, and where the command itself is used at one. */
function wantsTerminal({ context, flags }: Input): boolean {
  if (isOn(flags, 'tty') || flags.has('console-socket')) return true;
  const { terminal } = context.host;
  return !isOn(flags, 'detach') && terminal.isTerminal(0) && terminal.isTerminal(1);
}
