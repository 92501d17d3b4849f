/** The documents of OCI's image specification 1.1, as far as they are read here. */

/** The only algorithm that images use in practice and that is taken (descriptor.md, digests). */
export type Digest = `sha256:${string}`;

export interface Platform {
  readonly os: string;
  /** As Go names it: amd64, arm64. */
  readonly architecture: string;
  readonly variant?: string;
}

/** descriptor.md. `size` is in bytes. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: Platform;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** manifest.md, and the same of docker, schema 2. Layers are the lowest first. */
export interface Manifest {
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** config.md. */
export interface ImageConfig extends Platform {
  readonly created?: string;
  readonly author?: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
  readonly config?: ImageProcess;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly Digest[] };
  readonly history?: readonly ImageHistory[];
}

/** config.md, property `config`: what a container of the image runs where nobody says otherwise. */
export interface ImageProcess {
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly WorkingDir?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly StopSignal?: string;
}

export interface ImageHistory {
  readonly created?: string;
  readonly created_by?: string;
  readonly author?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

/** How the bytes of a layer's blob are packed; docker's archives do not say, so theirs are known by their first bytes. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** Where a blob's bytes lie: in a file of their own or in an archive. `offset` and `size` are in bytes. */
export interface BlobPlace {
  /** Open for reading; belongs to the source. */
  readonly descriptor: number;
  readonly offset: number;
  readonly size: number;
}

/** A layer as a source has it. */
export interface SourceLayer {
  readonly place: BlobPlace;
  readonly compression: Compression;
  /** Of the blob's bytes; docker's archives do not have it. */
  readonly digest?: Digest;
  readonly diffId: Digest;
}

/** One image of a source, for one platform: small documents are read and verified, layers are not. */
export interface SourceImage {
  /** Names that the source has for it. */
  readonly names: readonly string[];
  readonly config: ImageConfig;
  /** The bytes of the config, as they are addressed. */
  readonly configBytes: Uint8Array;
  /** The manifest's bytes; undefined for docker's archives, which have none that OCI knows. */
  readonly manifestBytes: Uint8Array | undefined;
  readonly manifest: Manifest | undefined;
  /** The lowest first. */
  readonly layers: readonly SourceLayer[];
}
