import { pause } from '../../container/pause.ts';
import { NOTHING } from '../output.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, args }) => {
  await pause(context, args[0] ?? '');
  return NOTHING;
};
