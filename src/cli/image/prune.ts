import type { VerbFunction } from '../verb.ts';
import { freed } from './freed.ts';
import { jsonOr, lines, withStore } from './store.ts';

export const verb: VerbFunction = (input) =>
  withStore(input, async ({ store }) => {
    const pruned = await store.prune();
    return jsonOr(input, pruned, () => lines([...pruned.uses, freed(pruned)]));
  });
