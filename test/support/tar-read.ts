import type { TarEntry } from '../../src/image/tar/entry.ts';
import type { TarLimits } from '../../src/image/tar/limits.ts';
import { tarReader } from '../../src/image/tar/reader.ts';

export interface ReadEntry extends TarEntry {
  /** As the archive has it, latin1: without the holes of sparse files. */
  readonly content: string;
}

/** The entries of an archive that comes in the given chunks. */
export function readChunks(chunks: readonly Uint8Array[], limits?: TarLimits): ReadEntry[] {
  const entries: { entry: TarEntry; parts: Buffer[] }[] = [];
  const reader = tarReader(
    {
      entry: (entry) => void entries.push({ entry, parts: [] }),
      content: (bytes) => void entries.at(-1)?.parts.push(Buffer.from(bytes)),
    },
    limits,
  );
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return entries.map(({ entry, parts }) => ({ ...entry, content: Buffer.concat(parts).toString('latin1') }));
}

export const readAll = (archive: Uint8Array, limits?: TarLimits): ReadEntry[] =>
  readChunks([archive], limits);
