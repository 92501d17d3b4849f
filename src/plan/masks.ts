import { onInit } from './context.ts';
import type { Context } from './context.ts';
import { cleanPath } from './paths.ts';
import type { Step } from './steps.ts';

/** Paths that are covered or made read-only; one that is named twice is done once. */
export function maskSteps({ spec, mountLabel }: Context): Step[] {
  const { maskedPaths = [], readonlyPaths = [] } = spec.linux ?? {};
  const steps: Step[] = [];
  const masked = maskedPaths.map(cleanPath);
  for (let at = 0; at < masked.length; at += 1) {
    const path = masked[at] as string;
    if (masked.indexOf(path) === at)
      steps.push(onInit(`/linux/maskedPaths/${at}`, { kind: 'mask', path, context: mountLabel }));
  }
  const readonly = readonlyPaths.map(cleanPath);
  for (let at = 0; at < readonly.length; at += 1) {
    const path = readonly[at] as string;
    if (readonly.indexOf(path) === at)
      steps.push(onInit(`/linux/readonlyPaths/${at}`, { kind: 'readonly-path', path }));
  }
  return steps;
}
