import { run } from '../../container/run.ts';
import { isOn } from '../flags.ts';
import type { VerbFunction } from '../verb.ts';
import { createRequest } from './create-request.ts';

export const verb: VerbFunction = async (input) => {
  const code = await run(input.context, {
    ...createRequest(input),
    detach: isOn(input.flags, 'detach'),
    keep: isOn(input.flags, 'keep'),
    subreaper: !isOn(input.flags, 'no-subreaper'),
  });
  return { kind: 'exit', code };
};
