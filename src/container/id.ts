import { RuntsError } from '../errors.ts';

/** Longest id; the kernel's limit of a file name (255 bytes) is reported by mkdir(2) itself. */
const MAX_LENGTH = 1024;

/** Refuses what cannot be the name of a container's directory; the texts are those that callers of runc know. */
export function checkId(id: string): void {
  if (id === '') throw new RuntsError('INVALID_ID', 'container id cannot be empty');
  if (isId(id)) return;
  const bad = /[^A-Za-z0-9_+.-]/u.exec(id)?.[0];
  const why = bad === undefined ? '' : `invalid character ${JSON.stringify(bad)} in the container ID: `;
  throw new RuntsError('INVALID_ID', 'invalid container ID format', {
    hint: `${why}an id is made of letters, digits and _ + - . (not first) and has at most ${MAX_LENGTH} of them`,
  });
}

export function isId(name: string): boolean {
  return /^[A-Za-z0-9_+-][A-Za-z0-9_+.-]*$/.test(name) && name.length <= MAX_LENGTH;
}
