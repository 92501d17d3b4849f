/** OCI's image layout (image-layout.md), in a directory or in an archive. */
import type { Descriptor, Platform, SourceImage } from '../types.ts';
import { parseDocument, parseTyped, readBlob, schema1 } from './documents.ts';
import { damaged } from './failure.ts';
import type { SourceFiles } from './files.ts';
import { openImage, readDocuments } from './image.ts';
import { INDEX, isIndex, isManifest, isSchema1 } from './media-types.ts';
import { isUnknown } from './platform.ts';
import { indexSchema, layoutSchema } from './schemas.ts';
import { selectPlatform } from './select.ts';

export const LAYOUT_FILE = 'oci-layout';

/** Which of a source's images are wanted. */
export interface Wanted {
  readonly platform: Platform;
  /** A name that the source has for it; all images without. */
  readonly ref?: string;
}

/** Of a layout's index an index may be an entry, and of that one. */
const MAX_DEPTH = 4;
/** Indexes that are read for one image: each may name others. */
const MAX_INDEXES = 64;

/** The images of a layout, one for each name or one without, each for the wanted platform. */
export function readLayout(files: SourceFiles, wanted: Wanted): SourceImage[] {
  const version = files.read(LAYOUT_FILE);
  if (version === undefined) throw damaged(`${files.name}: ${LAYOUT_FILE}`, 'is not there');
  parseDocument(version, layoutSchema, `${files.name}: ${LAYOUT_FILE}`);
  const groups = groupByName(choose(files, readIndex(files), wanted.ref));
  const chosen = new Map<string, { readonly names: string[]; readonly descriptor: Descriptor }>();
  for (const [name, descriptors] of groups) {
    const descriptor = chooseManifest(files, descriptors, wanted.platform, name);
    if (descriptor === undefined) continue;
    const { names } = chosen.get(descriptor.digest) ?? { names: [] };
    chosen.set(descriptor.digest, { descriptor, names: name === '' ? names : [...names, name] });
  }
  return [...chosen.values()].map(({ names, descriptor }) =>
    openImage(files, readDocuments(files, descriptor), names),
  );
}

function readIndex(files: SourceFiles): readonly Descriptor[] {
  const thing = `${files.name}: index.json`;
  const bytes = files.read('index.json');
  if (bytes === undefined) throw damaged(thing, 'is not there');
  const { manifests } = parseTyped(bytes, indexSchema, INDEX, thing);
  if (manifests.length === 0) throw damaged(thing, 'names no image');
  return manifests;
}

/** Containerd and docker keep the whole name beside the specification's, which often is a tag alone. */
const NAMES = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'] as const;

const namesOf = ({ annotations }: Descriptor): string[] =>
  NAMES.map((key) => annotations?.[key]).filter((name) => name !== undefined);

function choose(
  { name }: SourceFiles,
  manifests: readonly Descriptor[],
  ref: string | undefined,
): readonly Descriptor[] {
  if (ref === undefined) return manifests;
  const chosen = manifests.filter((descriptor) => namesOf(descriptor).includes(ref));
  if (chosen.length > 0) return chosen;
  const there = [...new Set(manifests.map((descriptor) => namesOf(descriptor)[0] ?? 'one without a name'))];
  throw damaged(name, `has no image ${JSON.stringify(ref)}: there is ${there.join(', ')}`);
}

/** Manifests of one name are of one image, for several platforms; the name of those without is empty. */
function groupByName(manifests: readonly Descriptor[]): ReadonlyMap<string, readonly Descriptor[]> {
  const groups = new Map<string, Descriptor[]>();
  for (const descriptor of manifests) {
    const [name = ''] = namesOf(descriptor);
    groups.set(name, [...(groups.get(name) ?? []), descriptor]);
  }
  return groups;
}

/** undefined for entries without a name that are of no image, as attestations are. */
function chooseManifest(
  files: SourceFiles,
  descriptors: readonly Descriptor[],
  wanted: Platform,
  name: string,
): Descriptor | undefined {
  const found = expand(files, descriptors);
  if (found.length === 0 && name === '' && descriptors.every(isAttestation)) return undefined;
  const candidates = found.map((item) => ({
    item,
    platform: item.platform ?? readDocuments(files, item).config,
  }));
  return selectPlatform(candidates, wanted, name === '' ? files.name : `${files.name}: ${name}`);
}

const isAttestation = ({ platform }: Descriptor): boolean => platform !== undefined && isUnknown(platform);

/** The manifests that an index leads to; what is of another kind is passed over, as image-index.md wants it. */
function expand(files: SourceFiles, descriptors: readonly Descriptor[]): Descriptor[] {
  const manifests: Descriptor[] = [];
  let indexes = 0;
  const walk = (entries: readonly Descriptor[], depth: number): void => {
    for (const entry of entries) {
      const thing = `${files.name}: ${entry.digest}`;
      if (isSchema1(entry.mediaType)) throw schema1(thing);
      if (isManifest(entry.mediaType) && !isAttestation(entry)) manifests.push(entry);
      if (!isIndex(entry.mediaType)) continue;
      if (depth === MAX_DEPTH || ++indexes > MAX_INDEXES)
        throw damaged(thing, 'is an index too deep or too many');
      walk(parseTyped(readBlob(files, entry), indexSchema, entry.mediaType, thing).manifests, depth + 1);
    }
  };
  walk(descriptors, 1);
  return manifests;
}
