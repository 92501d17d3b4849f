/** Path arithmetic by text alone: no symbolic link is looked at. */
import { isClean } from '../plan/paths.ts';

/** Without `.`, empty parts, and `..` where a part before it can be dropped; `.` for nothing. */
export function cleanPath(path: string): string {
  if (isClean(path)) return path;
  const absolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !absolute) parts.push(part);
  }
  if (absolute) return `/${parts.join('/')}`;
  return parts.length === 0 ? '.' : parts.join('/');
}

/** `path` as seen from the directory `from`, which is absolute. */
export function absolutePath(from: string, path: string): string {
  return cleanPath(path.startsWith('/') ? path : `${from}/${path}`);
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
