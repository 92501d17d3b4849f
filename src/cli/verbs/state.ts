import { state } from '../../container/state.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, args }) => {
  const value = await state(context, args[0] ?? '');
  return { kind: 'json', value, indent: '  ', newline: false };
};
