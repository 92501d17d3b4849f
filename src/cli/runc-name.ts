import { RuntsError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';

/**
 * Called by the name `runc` (a link or a copy of that name stands for it on the host), the command reports errors in
 * the form that scripts and tools know from runc: one line, and for commands that make processes with runc's words in
 * front. By any other name a message begins with the thing that is wrong, and says more in further lines.
 */

const FAILED: Readonly<Record<string, string>> = {
  create: 'runc create failed',
  run: 'runc run failed',
  exec: 'exec failed',
};

/** Failures of what was begun for a process; others are refusals before it. */
const BEGUN: ReadonlySet<ErrorCode> = new Set(['STEP_FAILED', 'INIT_DIED']);

/** The error of a verb with the words that runc puts in front. */
export function asOfRunc(verb: string, error: RuntsError): RuntsError {
  const failed = FAILED[verb];
  if (failed === undefined) return error;
  const begun = BEGUN.has(error.code) ? `unable to start container process: ${placeOf(verb, error)}` : '';
  return new RuntsError(error.code, `${failed}: ${begun}${error.message}`, error.details);
}

function placeOf(verb: string, { details: { step } }: RuntsError): string {
  if (step?.on !== 'init' || verb === 'exec') return '';
  const mounting = step.kind === 'mount' || step.kind === 'bind' ? 'error mounting: ' : '';
  return `error during container init: ${mounting}`;
}
