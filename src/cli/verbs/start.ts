import { start } from '../../container/start.ts';
import { NOTHING } from '../output.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, args }) => {
  await start(context, args[0] ?? '');
  return NOTHING;
};
