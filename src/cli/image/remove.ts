import type { VerbFunction } from '../verb.ts';
import { jsonOr, lines, withStore } from './store.ts';
import { freed } from './freed.ts';

export const verb: VerbFunction = (input) =>
  withStore(input, async ({ store }) => {
    const removed = await store.remove(input.args);
    return jsonOr(input, removed, () => lines([...removed.names, freed(removed)]));
  });
