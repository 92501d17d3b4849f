import { deleteContainer } from '../../container/delete.ts';
import { forEachMatch } from '../../container/match.ts';
import { isOn } from '../flags.ts';
import { NOTHING } from '../output.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, flags, args }) => {
  const [id = ''] = args;
  const remove = (one: string): Promise<void> => deleteContainer(context, one, isOn(flags, 'force'));
  await (isOn(flags, 'regex') ? forEachMatch(context, id, remove) : remove(id));
  return NOTHING;
};
