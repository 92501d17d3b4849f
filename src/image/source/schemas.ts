/** The documents of images as they may be, in the language of src/spec/schema.ts. */
import type { Flaw, Schema } from '../../spec/schema.ts';
import { anyString, array, boolean, enumeration, integer, map, object, string } from '../../spec/schema.ts';
import { isDigest } from '../digest.ts';
import type { Descriptor, Digest, ImageConfig, ImageHistory, ImageProcess, Platform } from '../types.ts';

/** Manifest.md; its media type is that of the descriptor which led to it. */
export interface ManifestDocument {
  readonly schemaVersion: number;
  readonly mediaType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Image-index.md. */
export interface IndexDocument {
  readonly schemaVersion: number;
  readonly mediaType?: string;
  readonly manifests: readonly Descriptor[];
}

/** Image-layout.md, the file `oci-layout`. */
export interface LayoutDocument {
  readonly imageLayoutVersion: string;
}

/** An entry of manifest.json in what `docker save` writes. */
export interface DockerImage {
  readonly Config: string;
  readonly RepoTags: readonly string[];
  readonly Layers: readonly string[];
}

function digestFlaw(text: string): Flaw | undefined {
  if (isDigest(text)) return undefined;
  const message =
    /^[a-z0-9+._-]+:/.test(text) && !text.startsWith('sha256:') ? 'is of another algorithm' : 'is no digest';
  return {
    message: `${JSON.stringify(text.slice(0, 80))} ${message}`,
    expected: 'sha256: and 64 hexadecimal digits',
  };
}

export const digest = string(digestFlaw) as Schema<Digest>;
const annotations = map(anyString);
const version = integer('schemaVersion', 2, 2);
const mediaType = string();

const platform = object<Platform>(
  { os: string(), architecture: string(), variant: anyString },
  { required: ['os', 'architecture'] },
);

const descriptor = object<Descriptor>(
  { mediaType, digest, size: integer('a size', 0, Number.MAX_SAFE_INTEGER), platform, annotations },
  { required: ['mediaType', 'digest', 'size'] },
);

export const indexSchema = object<IndexDocument>(
  { schemaVersion: version, mediaType, manifests: array(descriptor) },
  { required: ['schemaVersion', 'manifests'] },
);

export const manifestSchema = object<ManifestDocument>(
  { schemaVersion: version, mediaType, config: descriptor, layers: array(descriptor), annotations },
  { required: ['schemaVersion', 'config', 'layers'] },
);

export const layoutSchema = object<LayoutDocument>(
  { imageLayoutVersion: enumeration('a version of layouts', ['1.0.0']) },
  { required: ['imageLayoutVersion'] },
);

export const dockerSchema = array(
  object<DockerImage>(
    { Config: string(), RepoTags: array(string()), Layers: array(string()) },
    { required: ['Config'], defaults: { RepoTags: [], Layers: [] } },
  ),
);

const marks = map(object({}));
const strings = array(anyString);

const imageProcess = object<ImageProcess>({
  User: anyString,
  ExposedPorts: marks,
  Env: strings,
  Entrypoint: strings,
  Cmd: strings,
  Volumes: marks,
  WorkingDir: anyString,
  Labels: map(anyString),
  StopSignal: anyString,
});

const history = object<ImageHistory>({
  created: anyString,
  created_by: anyString,
  author: anyString,
  comment: anyString,
  empty_layer: boolean,
});

const rootfs = object<ImageConfig['rootfs']>(
  { type: enumeration('a kind of root file systems', ['layers']), diff_ids: array(digest) },
  { required: ['type'], defaults: { diff_ids: [] } },
);

export const configSchema = object<ImageConfig>(
  {
    os: string(),
    architecture: string(),
    variant: anyString,
    'os.version': anyString,
    'os.features': strings,
    created: anyString,
    author: anyString,
    config: imageProcess,
    rootfs,
    history: array(history),
  },
  { required: ['os', 'architecture', 'rootfs'] },
);
