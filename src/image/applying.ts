import { RuntsError } from '../errors.ts';
import { errnoText } from '../plan/errno.ts';
import { copiesTooLarge } from './layer/budget.ts';
import type { Batch } from './layer/encode.ts';
import type { ActionError, LayerFunctions, LostXattrs } from './native.ts';
import { quoted } from './tar/quoted.ts';

export interface ApplyingOptions {
  readonly directory: string;
  readonly lower: readonly string[];
  /** Bytes that may be copied of files there. */
  readonly copies: number;
  /** Batches that are applied or wait for that. */
  readonly atOnce: number;
  readonly warn?: (message: string) => void;
}

/** Batches of actions, applied in their order on a thread of the core. Each function throws HOST_FAILED, or TOO_LARGE, for any batch before. */
export interface Applying {
  /** Waits until there is room. `done`, when nothing of the batch is used any more. */
  add(batch: Batch, done: () => void): Promise<void>;
  /** Waits for all of them, and ends the layer. */
  finish(): Promise<void>;
  /** Waits until nothing of the layer is used any more. */
  close(): Promise<void>;
}

export function applying(native: LayerFunctions, options: ApplyingOptions): Applying {
  const writer = native.openLayer(options.directory, options.lower, options.copies);
  const open: { applied: Promise<void>; done: () => void }[] = [];
  const settleFirst = async (): Promise<void> => {
    const { applied, done } = open.shift()!;
    await applied.catch(rethrow);
    done();
  };
  return {
    async add(batch, done) {
      if (open.length >= options.atOnce) await settleFirst();
      const applied = native.applyActions(writer, batch.actions, batch.chunks);
      // It is thrown where it is waited for.
      applied.catch(() => undefined);
      open.push({ applied, done });
    },
    async finish() {
      while (open.length > 0) await settleFirst();
      const lost = await native.finishLayer(writer).catch(rethrow);
      if (lost !== undefined) options.warn?.(lostText(lost));
    },
    async close() {
      await Promise.allSettled(open.map(({ applied }) => applied));
      native.closeLayer(writer);
    },
  };
}

const lostText = ({ count, path, name }: LostXattrs): string =>
  `entry ${quoted(path)}: ${quoted(name)} is left out, for the file system takes no such attribute` +
  (count > 1 ? ` (${count} in all)` : '');

function rethrow(error: ActionError): never {
  const { code, call, path } = error;
  if (code === 'EFBIG' && call === 'copies of lower layers') throw copiesTooLarge(`entry ${quoted(path)}`);
  const message = `entry ${quoted(path)}: cannot be made: ${errnoText(code)} (${call}: ${code})`;
  throw new RuntsError('HOST_FAILED', message, { errno: code, call, cause: error });
}
