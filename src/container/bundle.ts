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
  /** The spec as JSON, where its file is known to say just that. */
  readonly text?: string;
  /** What is odd in the config and stops nothing. */
  readonly warnings: readonly string[];
}

/** Where a container's config comes from; paths count from the current directory. */
export interface BundleRequest {
  readonly bundle: string;
  /** The file that stands in for the config.json of the bundle. */
  readonly config?: string | undefined;
}

/** Reads and checks the config of a bundle. */
export function readBundle(host: Host, request: BundleRequest): Bundle {
  const bundle = absolutePath(host.self.cwd, request.bundle);
  const name = request.config ?? CONFIG;
  const { spec, text, warnings } = readSpec(readConfig(host, bundle, request.config), name, host.keysAtMost);
  return {
    directory: bundle,
    spec,
    ...(text !== undefined && { text }),
    warnings: warnings.map((warning) => `${name}: ${formatProblem(warning)}`),
  };
}

function readConfig(host: Host, bundle: string, config: string | undefined): string {
  const path = config === undefined ? `${bundle}/${CONFIG}` : absolutePath(host.self.cwd, config);
  try {
    return host.files.readText(path);
  } catch (error) {
    if (!(error instanceof HostError) || error.errno !== 'ENOENT') throw error;
    throw new RuntsError('NOT_FOUND', `JSON specification file ${config ?? CONFIG} not found`, {
      errno: error.errno,
      hint:
        config === undefined
          ? `${bundle} is no bundle: name one with --bundle, or make one with the spec command`
          : '--config counts from the current directory, not from the bundle',
      cause: error,
    });
  }
}
