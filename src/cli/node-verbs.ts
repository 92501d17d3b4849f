import { RuntsError } from '../errors.ts';
import type { LoadVerb, NodeVerbs } from './verb.ts';

const CODE: Readonly<Record<string, LoadVerb>> = {
  'image bundle': () => import('./image/bundle.ts'),
  'image commit': () => import('./image/commit.ts'),
  'image diff': () => import('./image/diff.ts'),
  'image inspect': () => import('./image/inspect.ts'),
  'image list': () => import('./image/list.ts'),
  'image load': () => import('./image/load.ts'),
  'image prune': () => import('./image/prune.ts'),
  'image remove': () => import('./image/remove.ts'),
  'image save': () => import('./image/save.ts'),
  'image verify': () => import('./image/verify.ts'),
  'run --image': () => import('./image/run.ts'),
};

/** Verbs of the entry on Node, by their names in the command table; `run --image` is the variant of `run`. */
export const nodeVerbs: NodeVerbs = async (name) => {
  const load = CODE[name];
  if (load === undefined) throw new RuntsError('UNSUPPORTED', `${name} is not supported yet`);
  return (await load()).verb;
};
