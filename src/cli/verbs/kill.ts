import { kill } from '../../container/kill.ts';
import { forEachMatch } from '../../container/match.ts';
import { parseSignal } from '../../container/signals.ts';
import { isOn } from '../flags.ts';
import { NOTHING } from '../output.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, flags, args }) => {
  const [id = '', signal = ''] = args;
  const request = { signal: parseSignal(signal === '' ? 'SIGTERM' : signal), all: isOn(flags, 'all') };
  const send = (one: string): Promise<void> => kill(context, one, request);
  await (isOn(flags, 'regex') ? forEachMatch(context, id, send) : send(id));
  return NOTHING;
};
