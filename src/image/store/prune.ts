import { removeDeadClaims } from './claims.ts';
import type { StoreContext } from './context.ts';
import { clearIngest, withStage } from './ingest.ts';
import { withLock } from './lock.ts';
import { sweep } from './sweep.ts';
import type { Swept } from './sweep.ts';
import { forgetUses } from './uses.ts';

export interface Pruned extends Swept {
  /** Directories that used images, and are gone. */
  readonly uses: readonly string[];
}

/** Removes all that no name, no directory in use and no load under way leads to. */
export async function prune(context: StoreContext): Promise<Pruned> {
  await clearIngest(context);
  return withStage(context, (stage) =>
    withLock(context, () => {
      removeDeadClaims(context, stage);
      const uses = forgetUses(context);
      return { uses, ...sweep(context, stage) };
    }),
  );
}
