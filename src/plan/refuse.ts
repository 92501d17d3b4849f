import { propertyName } from '../cgroup/settings.ts';
import { RuntsError } from '../errors.ts';

/** An error for a config that means something runts does not do. */
export function unsupported(pointer: string, why: string, hint?: string): RuntsError {
  return refusal('UNSUPPORTED', pointer, why, hint);
}

/** An error for a config that no runtime could follow. */
export function invalid(pointer: string, why: string, hint?: string): RuntsError {
  return refusal('INVALID_CONFIG', pointer, why, hint);
}

function refusal(
  code: 'UNSUPPORTED' | 'INVALID_CONFIG',
  path: string,
  why: string,
  hint?: string,
): RuntsError {
  return new RuntsError(code, `${propertyName(path)}: ${why}`, { path, ...(hint !== undefined && { hint }) });
}
