import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { RuntsError } from '../../errors.ts';
import { checked } from '../../host/checked.ts';
import { hostFailed } from '../../host/failure.ts';
import { HostError } from '../../host/host.ts';

/** Fills a directory that is made, or was empty; where that fails it is as it was before. @throws {RuntsError} ALREADY_EXISTS. */
export async function fillEmpty<T>(directory: string, fill: () => Promise<T>): Promise<T> {
  const isNew = makeEmpty(directory);
  try {
    return await fill();
  } catch (error) {
    const leftovers = isNew ? [directory] : readdirSync(directory).map((name) => `${directory}/${name}`);
    for (const path of leftovers) rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/** True for one that was not there. What lies in it may be set-user-id, so nobody else passes. */
function makeEmpty(directory: string): boolean {
  try {
    if (checked(() => mkdirSync(directory, { recursive: true, mode: 0o700 })) !== undefined) return true;
    if (checked(() => readdirSync(directory)).length === 0) return false;
  } catch (error) {
    throw error instanceof HostError ? hostFailed(error, `${directory}: cannot make the bundle`) : error;
  }
  throw new RuntsError(
    'ALREADY_EXISTS',
    `${directory}: is not empty, and a bundle wants a directory of its own`,
  );
}
