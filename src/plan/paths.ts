/** Paths as text: what they name is the executors' affair. */

/** Absolute, without empty, `.` and `..` parts; nothing is above the root. */
export function cleanPath(path: string): string {
  if (isClean(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** True for an absolute path that is clean, but for a few: nearly all that there are are told at once. */
export function isClean(path: string): boolean {
  return path.startsWith('/') && !path.endsWith('/') && !path.includes('//') && !path.includes('/.');
}

/** As config.md has it: absolute, or relative to the bundle. Symbolic links keep their meaning. */
export function fromBundle(bundle: string, path: string): string {
  if (path.startsWith('/')) return path;
  const below = path.startsWith('./') ? path.replace(/^(\.\/+)+/, '') : path;
  const full = `${bundle}/${below}`;
  return full.endsWith('/') ? full.replace(/\/+$/, '') : full;
}

/** The directory that a clean absolute path lies in; `/` for what is at the top. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** True for a path inside of directory, or directory itself; both clean. */
export function isWithin(path: string, directory: string): boolean {
  if (directory === '/') return true;
  const end = directory.length;
  return path.startsWith(directory) && (path.length === end || path[end] === '/');
}
