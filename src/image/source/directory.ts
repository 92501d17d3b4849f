import { closeSync, fstatSync } from 'node:fs';
import type { BlobPlace } from '../types.ts';
import { openBelow, placeOf, readPlace } from './files.ts';
import type { SourceFiles } from './files.ts';

/** The files of a directory, whose descriptor becomes theirs. */
export function directoryFiles(directory: number, name: string): SourceFiles {
  const open = new Set<number>([directory]);
  const place = (path: string): BlobPlace | undefined => {
    const descriptor = openBelow(directory, path, name);
    if (descriptor === undefined) return undefined;
    open.add(descriptor);
    return placeOf(descriptor, `${name}: ${path}`);
  };
  const release = (descriptor: number): void => {
    open.delete(descriptor);
    closeSync(descriptor);
  };
  return {
    name,
    has: (path) => {
      const descriptor = openBelow(directory, path, name);
      if (descriptor !== undefined) closeSync(descriptor);
      return descriptor !== undefined;
    },
    open: place,
    read: (path) => {
      const found = place(path);
      if (found === undefined) return undefined;
      try {
        return readPlace(found, `${name}: ${path}`);
      } finally {
        release(found.descriptor);
      }
    },
    close: () => open.forEach(release),
  };
}

export const isDirectory = (descriptor: number): boolean => fstatSync(descriptor).isDirectory();
