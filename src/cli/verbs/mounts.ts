import { changeMounts, mountsAction } from '../../container/hot-mounts.ts';
import { NOTHING } from '../output.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, args }) => {
  const [action = '', id = '', file = ''] = args;
  await changeMounts(context, { id, action: mountsAction(action), file });
  return NOTHING;
};
