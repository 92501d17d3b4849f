import { digestOf } from '../source/documents.ts';
import type { Digest } from '../types.ts';

/** What names each layer together with those below it (config.md, "Layer ChainID"); the lowest first, as the diff ids are. */
export function chainIds(diffIds: readonly Digest[]): Digest[] {
  const chain: Digest[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : digestOf(`${below} ${diffId}`));
  }
  return chain;
}
