import { RuntsError } from '../errors.ts';
import { HostError } from '../host/host.ts';
import type { Host, HostFiles } from '../host/host.ts';
import { formatProblem } from '../spec/problems.ts';
import type { FindProgram } from '../spec/profile.ts';
import { readSpecBy } from '../spec/read.ts';
import type { SpecResult } from '../spec/read.ts';
import type { Spec } from '../spec/types.ts';
import type { Context } from './context.ts';
import type { Memory } from './memory.ts';
import { absolutePath } from './paths.ts';
import type { Place } from './store.ts';

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
  /** Unset for a container that gets a bundle of its own, made from `text`. */
  readonly bundle?: string;
  /** The file that stands in for the config.json of the bundle. */
  readonly config?: string | undefined;
  /** The config itself, which stands in for any file. */
  readonly text?: string;
  /** The bundle is of no use to another container: its directory goes with this one. */
  readonly goesWithContainer?: boolean;
}

/** What messages about a config that is no file begin with. */
const SPEC = 'spec';

/** A container's own bundle lies with its state, and goes with it. */
export const ownBundle = ({ directory }: Pick<Place, 'directory'>): string => `${directory}/bundle`;

/** @throws {RuntsError} INVALID_CONFIG for a root file system that would lie in the bundle. */
export function makeOwnBundle(files: HostFiles, { directory, spec }: Bundle, text: string): void {
  if (!spec.root.path.startsWith('/')) {
    throw new RuntsError('INVALID_CONFIG', `${SPEC}: /root/path: ${spec.root.path} is not absolute`, {
      path: '/root/path',
      hint: 'without a bundle there is nothing that it could be relative to',
    });
  }
  files.makeDirectory(directory, 0o700);
  files.replace(`${directory}/${CONFIG}`, text, 0o600);
}

interface Reading extends Pick<Context, 'host'> {
  readonly memory?: Memory | undefined;
  /** Given: of a profile that is known nothing but the program is needed. */
  readonly findProgram?: FindProgram | undefined;
}

/** Reads and checks the config of a bundle; `own` is the one of a container that is to have its own. */
export function readBundle(
  { host, memory, findProgram }: Reading,
  request: BundleRequest,
  own: string,
): Bundle {
  const bundle = request.bundle === undefined ? own : absolutePath(host.self.cwd, request.bundle);
  const { name, text: given } = configOf(host, request);
  const read = (): SpecResult => readSpecBy({ reader: host.reader, findProgram }, given, name);
  const { spec, text, warnings } = memory === undefined ? read() : memory.specs.get(given, read);
  return {
    directory: bundle,
    spec,
    ...(text !== undefined && { text }),
    warnings: warnings.map((warning) => `${name}: ${formatProblem(warning)}`),
  };
}

/** The text of a config that is to be read, and what messages about it begin with. @throws {RuntsError} NOT_FOUND. */
export function configOf(
  host: Host,
  request: BundleRequest,
): { readonly name: string; readonly text: string } {
  const { bundle = '.', config, text } = request;
  if (text !== undefined) return { name: SPEC, text };
  return { name: config ?? CONFIG, text: readConfig(host, absolutePath(host.self.cwd, bundle), config) };
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
