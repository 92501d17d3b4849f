// Loads a module of src/ as Node cannot by itself: bundled, since it is TypeScript.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export async function load(path) {
  const scratch = mkdtempSync(join(tmpdir(), 'runts-load-'));
  try {
    const bundle = await rolldown({ input: join(root, path), external: [/^node:/] });
    await bundle.write({ dir: scratch, format: 'esm', entryFileNames: 'module.mjs' });
    return await import(pathToFileURL(join(scratch, 'module.mjs')).href);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
