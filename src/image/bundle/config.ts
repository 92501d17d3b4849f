import { SpecBuilder } from '../../spec/builder/builder.ts';
import type { Capability } from '../../spec/builder/capabilities.ts';
import type { ImageConfig } from '../types.ts';
import { annotationsOf } from './annotations.ts';
import { argsOf, directoryOf, environmentOf } from './process.ts';
import type { ProcessChoice } from './process.ts';
import { userOf } from './user.ts';
import type { ReadFile } from './user.ts';
import { volumesOf } from './volumes.ts';

/** What a container of an image has in place of what the image says, or beside it. */
export interface SpecOptions extends ProcessChoice {
  /** As `User` of an image: USER or USER:GROUP, by names of the image or by numbers. */
  readonly user?: string;
  readonly hostname?: string;
  readonly terminal?: boolean;
  /** No writable layer. */
  readonly readonly?: boolean;
}

export interface ImageSpec {
  readonly spec: SpecBuilder;
  /** What of the image's config was left out, one line each. */
  readonly warnings: readonly string[];
}

/** What programs of images take for granted when they run as root: files of any owner, and other users to become. */
const CAPABILITIES: readonly Capability[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

/** Where the layers are attached: a directory of the bundle, which stays empty. */
export const ROOT = 'rootfs';

/**
 * The config of a container of an image (image-spec, conversion.md): what the image says over that of `spec.base()`. Names of users are
 * looked up in files of the image, which `read` gives.
 * @throws {RuntsError} INVALID_CONFIG for a user that the image does not have, INVALID_ARGUMENT where there is nothing to run.
 */
export async function imageSpec(
  image: ImageConfig,
  read: ReadFile,
  options: SpecOptions = {},
): Promise<ImageSpec> {
  const process = image.config ?? {};
  const user = await userOf(
    options.user ?? process.User ?? '',
    read,
    options.user === undefined ? IMAGES : OPTIONS,
  );
  const { env, refused: variables } = environmentOf(process);
  const { annotations, refused: labels } = annotationsOf(image);
  const { mounts, refused: volumes } = volumesOf(process);
  const spec = SpecBuilder.base()
    .capabilities({ add: CAPABILITIES })
    .rootfs(ROOT, { readonly: options.readonly === true })
    .patch({ process: { args: argsOf(process, options), env, user, cwd: directoryOf(process) }, annotations })
    .patch((base) => ({ ...base, mounts: [...(base.mounts ?? []), ...mounts] }));
  return {
    spec: withChoices(spec, options),
    warnings: [
      ...variables.map((entry) => left('config.Env', entry, 'it is no NAME=value')),
      ...labels.map((name) => left('config.Labels', name, 'a runtime would act on it')),
      ...volumes.map((path) => left('config.Volumes', path, 'it would cover what is not of the image')),
    ],
  };
}

const IMAGES = 'image: config.User';
const OPTIONS = 'user';

const left = (where: string, what: string, why: string): string =>
  `image: ${where}: ${JSON.stringify(what)} is left out: ${why}`;

function withChoices(spec: SpecBuilder, { hostname, terminal }: SpecOptions): SpecBuilder {
  const named = hostname === undefined ? spec : spec.hostname(hostname);
  return terminal === true ? named.terminal() : named;
}
