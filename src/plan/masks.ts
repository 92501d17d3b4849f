import { onInit } from './context.ts';
import type { Context } from './context.ts';
import { cleanPath } from './paths.ts';
import type { Step } from './steps.ts';

/** Paths that are covered or made read-only; one that is named twice is done once. */
export function maskSteps({ spec, mountLabel }: Context): Step[] {
  const { maskedPaths = [], readonlyPaths = [] } = spec.linux ?? {};
  const steps: Step[] = [];
  eachNew(maskedPaths, (path, at) => {
    steps.push(onInit(`/linux/maskedPaths/${at}`, { kind: 'mask', path, context: mountLabel }));
  });
  eachNew(readonlyPaths, (path, at) => {
    steps.push(onInit(`/linux/readonlyPaths/${at}`, { kind: 'readonly-path', path }));
  });
  return steps;
}

/** Each path at its first place in the list. */
function eachNew(paths: readonly string[], take: (path: string, at: number) => void): void {
  const seen = new Set<string>();
  let at = 0;
  for (const path of paths) {
    const clean = cleanPath(path);
    if (!seen.has(clean)) take(clean, at);
    seen.add(clean);
    at++;
  }
}
