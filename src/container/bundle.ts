import { RuntsError } from '../errors.ts';
import { HostError } from '../host/host.ts';
import type { Host } from '../host/host.ts';
import { formatProblem } from '../spec/problems.ts';
import { readSpec } from '../spec/read.ts';
import type { Spec } from '../spec/types.ts';
import { absolutePath } from './paths.ts';

export const CONFIG = 'config.json';

export interface Bundle {
  /** Absolute. */
  readonly directory: string;
  readonly spec: Spec;
  /** What is odd in the config and stops nothing. */
  readonly warnings: readonly string[];
}

/** Reads and checks config.json of a bundle; `directory` counts from the current one. */
export function readBundle(host: Host, directory: string): Bundle {
  const bundle = absolutePath(host.self.cwd, directory);
  const { spec, warnings } = readSpec(readConfig(host, bundle), CONFIG);
  return {
    directory: bundle,
    spec,
    warnings: warnings.map((warning) => `${CONFIG}: ${formatProblem(warning)}`),
  };
}

function readConfig(host: Host, bundle: string): string {
  try {
    return host.files.readText(`${bundle}/${CONFIG}`);
  } catch (error) {
    if (!(error instanceof HostError) || error.errno !== 'ENOENT') throw error;
    throw new RuntsError('NOT_FOUND', `JSON specification file ${CONFIG} not found`, {
      errno: error.errno,
      hint: `${bundle} is no bundle: name one with --bundle, or make one with the spec command`,
      cause: error,
    });
  }
}
