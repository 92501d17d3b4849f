import { features } from '../../container/features.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context }) => ({
  kind: 'json',
  value: features(context.host),
  indent: '    ',
  newline: true,
});
