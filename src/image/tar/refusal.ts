import { RuntsError } from '../../errors.ts';

/** What is wrong, in words to which the reader adds where it is. */
export const damaged = (text: string): RuntsError => new RuntsError('INVALID_ARGUMENT', text);

export const unsupported = (text: string): RuntsError => new RuntsError('UNSUPPORTED', text);

export const tooLarge = (text: string): RuntsError => new RuntsError('TOO_LARGE', text);

/** `subject` is what the error is about; errors that are not runts' own stay as they are. */
export function about(subject: string, error: unknown): unknown {
  if (!(error instanceof RuntsError)) return error;
  return new RuntsError(error.code, `${subject}: ${error.message}`, error.details);
}
