import { RuntsError } from '../../errors.ts';

/** What is wrong with something of a source, named first. */
export function damaged(thing: string, what: string, hint?: string): RuntsError {
  return new RuntsError('INVALID_ARGUMENT', `${thing}: ${what}`, hint === undefined ? {} : { hint });
}
