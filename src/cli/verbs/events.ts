import { events, statsOnce } from '../../container/events.ts';
import { RuntsError } from '../../errors.ts';
import { isOn, parseDuration, textOf } from '../flags.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, flags, args }) => {
  const id = args[0] ?? '';
  const interval = parseDuration(textOf(flags, 'interval') ?? '5s') ?? 0;
  if (interval <= 0) throw new RuntsError('INVALID_ARGUMENT', 'duration interval must be greater than 0');
  if (!isOn(flags, 'stats')) return { kind: 'stream', values: events(context, id, interval) };
  return { kind: 'json', value: await statsOnce(context, id), indent: '', newline: true };
};
