import { RuntsError } from '../../errors.ts';

/** What a SOURCE names: `path` is one whose kind is found out. */
export type LocationKind = 'path' | 'oci' | 'oci-archive' | 'docker-archive' | 'stdin';

export interface SourceLocation {
  readonly kind: LocationKind;
  /** As it was given; empty for standard input. */
  readonly path: string;
  /** Which image of several is wanted: a name that the source has for it. */
  readonly ref?: string;
}

const TRANSPORT = /^(oci|oci-archive|docker-archive):([^:]+)(?::(.+))?$/s;

/**
 * Reads a SOURCE: `-`, a path, or `oci:PATH[:REF]` and its like as skopeo(1) has them. A path with a colon in it can be
 * given as a path alone.
 * @throws {RuntsError} INVALID_ARGUMENT.
 */
export function parseLocation(text: string, ref?: string): SourceLocation {
  if (text === '') throw new RuntsError('INVALID_ARGUMENT', 'image: the source is empty');
  if (text.includes('\0')) throw new RuntsError('INVALID_ARGUMENT', 'image: the source has a NUL character');
  const location = text === '-' ? { kind: 'stdin' as const, path: '' } : (withTransport(text) ?? plain(text));
  if (ref === undefined || location.ref === ref) return location;
  if (location.ref === undefined) return { ...location, ref };
  throw new RuntsError('INVALID_ARGUMENT', `${text}: names another image than --ref ${ref}`);
}

function plain(path: string): SourceLocation {
  return { kind: 'path', path };
}

function withTransport(text: string): SourceLocation | undefined {
  const [, kind, path, ref] = TRANSPORT.exec(text) ?? [];
  if (kind === undefined || path === undefined) return unknownTransport(text);
  return { kind: kind as LocationKind, path, ...(ref !== undefined && { ref }) };
}

const ELSEWHERE = /^(docker|docker-daemon|containers-storage|dir|sif|ostree):/;

function unknownTransport(text: string): undefined {
  const [, transport] = ELSEWHERE.exec(text) ?? [];
  if (transport === undefined) return undefined;
  throw new RuntsError('UNSUPPORTED', `${text}: runts does not read from ${transport}:`, {
    hint: `copy it first: skopeo copy ${text} oci-archive:image.tar`,
  });
}

/** How messages name it. */
export function nameOf({ kind, path }: SourceLocation): string {
  return kind === 'stdin' ? 'standard input' : path;
}
