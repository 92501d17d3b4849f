import { closeSync } from 'node:fs';
import type { BlobPlace, SourceImage } from '../types.ts';
import { archiveFiles } from './archive.ts';
import { directoryFiles, isDirectory } from './directory.ts';
import { DOCKER_FILE, readDockerArchive, sniff } from './docker.ts';
import { damaged } from './failure.ts';
import { openPath, placeOf } from './files.ts';
import type { SourceFiles } from './files.ts';
import { LAYOUT_FILE, readLayout } from './layout.ts';
import type { Wanted } from './layout.ts';
import { nameOf } from './location.ts';
import type { SourceLocation } from './location.ts';
import { spoolStream, spoolUnpacked } from './spool.ts';
import type { Spool } from './spool.ts';

/** What a source has. */
export interface Source {
  readonly images: readonly SourceImage[];
  /** Its layers cannot be read any more. */
  close(): void;
}

/**
 * Opens a source and reads the small documents of its images, which are verified; their layers are left to be read.
 * @throws {RuntsError} INVALID_ARGUMENT for what is damaged, missing or unknown there, INVALID_JSON, INVALID_CONFIG,
 * TOO_LARGE, HOST_FAILED.
 */
export async function openSource(
  location: SourceLocation,
  wanted: Omit<Wanted, 'ref'>,
  spool: Spool,
): Promise<Source> {
  const files = await openFiles(location, spool);
  try {
    const { ref } = location;
    const images = read(files, location, { ...wanted, ...(ref !== undefined && { ref }) });
    return { images, close: () => files.close() };
  } catch (error) {
    files.close();
    throw error;
  }
}

async function openFiles(location: SourceLocation, spool: Spool): Promise<SourceFiles> {
  const name = nameOf(location);
  if (location.kind === 'stdin')
    return openArchive(await spoolStream(process.stdin, spool, name), spool, name);
  const descriptor = openPath(location.path, name);
  if (isDirectory(descriptor)) return directoryFiles(descriptor, name);
  return openArchive(placeOf(descriptor, name), spool, name);
}

/** An archive that is packed as a whole is unpacked first. The descriptor becomes that of the files. */
async function openArchive(place: BlobPlace, spool: Spool, name: string): Promise<SourceFiles> {
  let archive = place;
  try {
    const compression = sniff(place);
    if (compression !== 'none') {
      archive = await spoolUnpacked(place, compression, spool, name);
      closeSync(place.descriptor);
    }
    return archiveFiles(archive, name, () => closeSync(archive.descriptor));
  } catch (error) {
    closeSync(archive.descriptor);
    throw error;
  }
}

function read(files: SourceFiles, { kind }: SourceLocation, wanted: Wanted): SourceImage[] {
  if (kind === 'docker-archive') return readDockerArchive(files, wanted);
  if (kind === 'oci' || kind === 'oci-archive' || files.has(LAYOUT_FILE)) return readLayout(files, wanted);
  if (files.has(DOCKER_FILE)) return readDockerArchive(files, wanted);
  throw damaged(
    files.name,
    `holds no image: neither ${LAYOUT_FILE} nor ${DOCKER_FILE} is there`,
    'a source is an OCI image layout, a directory or an archive, or what docker save writes',
  );
}
