import { onInit } from './context.ts';
import type { Context } from './context.ts';
import { cleanPath } from './paths.ts';
import type { Step } from './steps.ts';

/** Paths that are covered or made read-only; one that is named twice is done once. */
export function maskSteps({ spec, mountLabel }: Context): Step[] {
  const { maskedPaths = [], readonlyPaths = [] } = spec.linux ?? {};
  const steps: Step[] = [];
  distinct(maskedPaths).forEach((at, path) => {
    steps.push(onInit(`/linux/maskedPaths/${at}`, { kind: 'mask', path, context: mountLabel }));
  });
  distinct(readonlyPaths).forEach((at, path) => {
    steps.push(onInit(`/linux/readonlyPaths/${at}`, { kind: 'readonly-path', path }));
  });
  return steps;
}

/** Each path with its first place in the list. */
function distinct(paths: readonly string[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  paths.forEach((path, at) => {
    const clean = cleanPath(path);
    if (!places.has(clean)) places.set(clean, at);
  });
  return places;
}
