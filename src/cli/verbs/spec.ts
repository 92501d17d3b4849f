import { writeDefaultSpec } from '../../container/spec.ts';
import { isOn, wordOf } from '../flags.ts';
import { NOTHING } from '../output.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, flags }) => {
  writeDefaultSpec(context.host, wordOf(flags, 'bundle') ?? '.', isOn(flags, 'rootless'));
  return NOTHING;
};
