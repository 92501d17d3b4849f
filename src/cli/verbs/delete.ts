import { deleteContainer } from '../../container/delete.ts';
import { isOn } from '../flags.ts';
import { NOTHING } from '../output.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, flags, args }) => {
  await deleteContainer(context, args[0] ?? '', isOn(flags, 'force'));
  return NOTHING;
};
