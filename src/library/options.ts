import { resolve } from 'node:path';
import type { BundleRequest } from '../container/bundle.ts';
import { RuntsError } from '../errors.ts';
import type { Spec } from '../spec/types.ts';
import type { Image } from './image.ts';
import { jsonOf } from './json.ts';
import { over, Rootfs } from './rootfs.ts';
import type { StdioOptions } from './stdio.ts';

/** Something that gives a spec, as the builder does. */
export interface SpecSource {
  build(): Spec;
}

/** What a container is made from: a bundle, a spec, or a bundle whose config.json the spec stands in for. */
export interface ContainerSource {
  /** Directory; relative ones count from the current directory. */
  readonly bundle?: string;
  /** Without a bundle the container gets one of its own, which goes with it. */
  readonly spec?: Spec | SpecSource;
  /**
   * What stands in for root.path of the spec: a directory (relative ones count from the current directory), or that of an image, which
   * is a bundle as well.
   */
  readonly rootfs?: string | Rootfs;
  /** Instead of all others: the container has the spec of the image, and files of its own over those of the image. */
  readonly image?: Image;
}

export interface ContainerOptions<Options extends StdioOptions = StdioOptions> extends ContainerSource {
  /** Of the container's program. */
  readonly stdio?: Options;
  /** Descriptors of this process that the program gets as 3, 4, ... */
  readonly fds?: readonly number[];
  /** Aborted, it ends the call: what was made is killed and removed, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** File that gets the process's number. */
  readonly pidFile?: string;
  /** Unix socket that gets the master of the program's terminal (SCM_RIGHTS), as of `--console-socket`. */
  readonly consoleSocket?: string;
  /** Unix socket that gets a pidfd of the process, as of `--pidfd-socket`. */
  readonly pidfdSocket?: string;
  /** MS_MOVE in place of pivot_root(2), for a root file system on a ramdisk. */
  readonly noPivot?: boolean;
  /** Leaves the program in the session keyring of this process. */
  readonly noNewKeyring?: boolean;
}

export interface RunOptions<Options extends StdioOptions = StdioOptions> extends ContainerOptions<Options> {
  /** Reads, before the container is removed, what it has used: `stats` of the exit. */
  readonly stats?: boolean;
}

/** The source as the functions of src/container take it. @throws {RuntsError} INVALID_ARGUMENT. */
export function bundleRequest({ bundle, spec, rootfs, image }: ContainerSource): BundleRequest {
  if (image !== undefined) throw misused('an image has no plan and no config yet: give image.rootfs()');
  if (rootfs instanceof Rootfs) return requestOver(rootfs, bundle, spec);
  if (bundle === undefined && spec === undefined) throw misused('neither bundle nor spec is given');
  if (spec === undefined && rootfs !== undefined) throw misused('rootfs is of no use without spec');
  return {
    ...(bundle !== undefined && { bundle: resolve(bundle) }),
    ...(spec !== undefined && { text: configText(spec, rootfs) }),
  };
}

function requestOver(
  rootfs: Rootfs,
  bundle: string | undefined,
  spec: Spec | SpecSource | undefined,
): BundleRequest {
  if (bundle !== undefined) throw misused('bundle and the rootfs of an image exclude each other');
  const { directory } = rootfs;
  return { bundle: directory, ...(spec !== undefined && { text: jsonOf(over(rootfs, specOf(spec))) }) };
}

function misused(message: string): RuntsError {
  return new RuntsError('INVALID_ARGUMENT', message);
}

function specOf(source: Spec | SpecSource): Spec {
  return 'build' in source ? source.build() : source;
}

function configText(source: Spec | SpecSource, rootfs: string | undefined): string {
  const spec = specOf(source);
  return jsonOf(rootfs === undefined ? spec : { ...spec, root: { ...spec.root, path: resolve(rootfs) } });
}
