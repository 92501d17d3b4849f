import { onInit } from './context.ts';
import type { Context } from './context.ts';
import { cleanPath } from './paths.ts';
import type { Step } from './steps.ts';

/** Paths that are covered or made read-only; one that is named twice is done once. */
export function maskSteps({ spec, mountLabel }: Context): Step[] {
  const { maskedPaths = [], readonlyPaths = [] } = spec.linux ?? {};
  const steps: Step[] = [];
  const masked = new Set<string>();
  maskedPaths.forEach((path, at) => {
    const clean = cleanPath(path);
    if (masked.size === masked.add(clean).size) return;
    steps.push(onInit(`/linux/maskedPaths/${at}`, { kind: 'mask', path: clean, context: mountLabel }));
  });
  const readonly = new Set<string>();
  readonlyPaths.forEach((path, at) => {
    const clean = cleanPath(path);
    if (readonly.size === readonly.add(clean).size) return;
    steps.push(onInit(`/linux/readonlyPaths/${at}`, { kind: 'readonly-path', path: clean }));
  });
  return steps;
}
