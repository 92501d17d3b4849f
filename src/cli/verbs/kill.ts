import { kill } from '../../container/kill.ts';
import { parseSignal } from '../../container/signals.ts';
import { isOn } from '../flags.ts';
import { NOTHING } from '../output.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, flags, args }) => {
  const [id = '', signal = ''] = args;
  await kill(context, id, {
    signal: parseSignal(signal === '' ? 'SIGTERM' : signal),
    all: isOn(flags, 'all'),
  });
  return NOTHING;
};
