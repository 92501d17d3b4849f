import { RuntsError } from '../errors.ts';
import type { Saved } from './saved.ts';

export interface TargetProcess {
  readonly pid: number;
  /** proc_pid_stat(5) field 22. */
  readonly startTime: number;
}

/** The container's init. @throws {RuntsError} WRONG_STATE where none was recorded. */
export function processOf({ pid, startTime }: Saved): TargetProcess {
  if (pid === undefined || startTime === undefined) throw notRunning();
  return { pid, startTime };
}

/** The words by which containerd knows that a process has ended already. */
export function notRunning(): RuntsError {
  return new RuntsError('WRONG_STATE', 'container not running');
}
