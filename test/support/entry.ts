/** The two entries of the command, and which of them the tests start: RUNTS_ENTRY says. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

const ENTRIES = {
  // bin/runts may hand over to the other; this never does.
  node: join(ROOT, 'test/entries/node/runts'),
  standalone: join(ROOT, 'dist/runts'),
} as const;

export type Entry = keyof typeof ENTRIES;

/** Where the standalone executable is, or would be. */
export const STANDALONE = ENTRIES.standalone;

/** Unset: the standalone executable where it is built. */
function chosen(): Entry {
  const wanted = process.env['RUNTS_ENTRY'] ?? '';
  if (wanted === '') return existsSync(ENTRIES.standalone) ? 'standalone' : 'node';
  if (wanted !== 'node' && wanted !== 'standalone')
    throw new Error(`RUNTS_ENTRY=${wanted}: it is node or standalone`);
  if (!existsSync(ENTRIES[wanted])) throw new Error(`RUNTS_ENTRY=${wanted}: ${ENTRIES[wanted]} is not built`);
  return wanted;
}

export const EXECUTABLES: readonly string[] = Object.values(ENTRIES);
export const ENTRY: Entry = chosen();
export const RUNTS = ENTRIES[ENTRY];
