import { createHash } from 'node:crypto';
import type { Digest } from '../types.ts';

/** What names each layer together with those below it (config.md, "Layer ChainID"); the lowest first, as the diff ids are. */
export function chainIds(diffIds: readonly Digest[]): Digest[] {
  const chain: Digest[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : sha256(`${below} ${diffId}`));
  }
  return chain;
}

const sha256 = (text: string): Digest => `sha256:${createHash('sha256').update(text).digest('hex')}`;
