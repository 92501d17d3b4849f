import { absolutePath } from '../../container/paths.ts';
import type { ReportProgress } from '../../image/progress.ts';
import { openStore } from '../../image/store/store.ts';
import type { Store, StoreOptions } from '../../image/store/store.ts';
import { isOn, wordOf } from '../flags.ts';
import { interruptible } from '../interruption.ts';
import type { Output } from '../output.ts';
import { progressBars } from '../progress.ts';
import type { Input } from '../verb.ts';
import { visibleLine } from '../visible.ts';

/** What a verb of images gets beside its input. */
export interface Work {
  readonly store: Store;
  /** Of the bars on the terminal. */
  readonly report: ReportProgress;
  readonly signal: AbortSignal;
}

/** The store of --store, or that of the system. */
export function storeOf({ context, flags }: Input, options: Omit<StoreOptions, 'directory'>): Promise<Store> {
  const directory = wordOf(flags, 'store');
  if (directory === undefined) return openStore(options);
  return openStore({ ...options, directory: absolutePath(context.host.self.cwd, directory) });
}

/** Opens the store of --store for some work, which a signal calls off; the progress that it reports is shown meanwhile. */
export function withStore(input: Input, work: (work: Work) => Promise<Output>): Promise<Output> {
  const { context, flags } = input;
  const { host, warn } = context;
  const bars = progressBars(host, isOn(flags, 'quiet'));
  return interruptible(context, async (signal) => {
    try {
      const store = await storeOf(input, {
        signal,
        // What is shown would stand in the way of a line.
        warn: (message) => {
          bars.clear();
          warn(message);
        },
      });
      return await work({ store, report: bars.report, signal });
    } finally {
      bars.clear();
    }
  });
}

/** With --json the value, else what people read of it. */
export function jsonOr({ flags }: Input, value: unknown, output: () => Output): Output {
  return isOn(flags, 'json') ? { kind: 'json', value, indent: '  ', newline: true } : output();
}

/** Names in them may be an image's own choice. */
export const lines = (texts: readonly string[]): Output => ({
  kind: 'text',
  text: texts.map((text) => `${visibleLine(text)}\n`).join(''),
});

/** A number and its noun: `1 layer`, `2 layers`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
