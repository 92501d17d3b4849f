import { onInit } from './context.ts';
import type { Context } from './context.ts';
import { cleanPath } from './paths.ts';
import type { Step } from './steps.ts';

/** Paths that are covered or made read-only; one that is named twice is done once. */
export function maskSteps({ spec, mountLabel }: Context): Step[] {
  const { maskedPaths = [], readonlyPaths = [] } = spec.linux ?? {};
  return [
    ...distinct(maskedPaths).map(({ path, at }) =>
      onInit(`/linux/maskedPaths/${at}`, { kind: 'mask', path, context: mountLabel }),
    ),
    ...distinct(readonlyPaths).map(({ path, at }) =>
      onInit(`/linux/readonlyPaths/${at}`, { kind: 'readonly-path', path }),
    ),
  ];
}

function distinct(paths: readonly string[]): { path: string; at: number }[] {
  const clean = paths.map((path, at) => ({ path: cleanPath(path), at }));
  return clean.filter(({ path }, at) => clean.findIndex((other) => other.path === path) === at);
}
