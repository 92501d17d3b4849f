import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { checked, tooLarge } from './checked.ts';
import { coreLock } from './core-lock.ts';
import { TEXT_LIMIT } from './host.ts';
import type { HostFiles } from './host.ts';
import { addon } from './node-addon.ts';

const CHUNK = 64 * 1024;

export const nodeFiles: HostFiles = {
  readText: (path, limit = TEXT_LIMIT) => checked(() => readText(path, limit)),
  replace: (path, text, mode) => checked(() => replace(path, text, mode)),
  write: (path, text) => checked(() => writeOnce(path, 'r+', text)),
  append: (path, text) => checked(() => writeOnce(path, 'a', text)),
  makeDirectory: (path, mode, parents = false) =>
    checked(() => void mkdirSync(path, { mode, recursive: parents })),
  removeTree: (path) => checked(() => rmSync(path, { recursive: true, force: true })),
  removeFile: (path) => checked(() => unlinkSync(path)),
  list: (path) => checked(() => readdirSync(path)),
  exists: (path) => existsSync(path),
  kind: (path) => checked(() => kind(path)),
  ownerOf: (path) => checked(() => lstatSync(path).uid),
  isForeign: (path) =>
    checked(() => (unlessMissing(() => lstatSync(path).uid) ?? process.geteuid?.()) !== process.geteuid?.()),
  mayWrite,
  realPath: (path) => checked(() => realpathSync(path)),
  fileSystem: (path) => checked(() => unlessMissing(() => statfsSync(path).type)),
  lock: coreLock(addon),
};

/** Standard input is read where it is, since opening /dev/stdin fails for a socket. */
function readText(path: string, limit: number): string {
  const given = /^fd:(\d+)$/.exec(path);
  if (given) return readDescriptor(Number(given[1]), path, limit);
  const fd = openSync(path, 'r');
  try {
    return readDescriptor(fd, path, limit);
  } finally {
    closeSync(fd);
  }
}

function readDescriptor(fd: number, path: string, limit: number): string {
  const chunks: Buffer[] = [];
  let size = 0;
  // The size is a hint only: files of procfs and cgroupfs say 0.
  let chunk = Buffer.allocUnsafe(Math.max(4096, Math.min(fstatSync(fd).size + 1, CHUNK)));
  for (;;) {
    const count = readSync(fd, chunk, 0, chunk.length, null);
    if (count === 0) break;
    size += count;
    if (size > limit) throw tooLarge(path, limit);
    chunks.push(chunk.subarray(0, count));
    chunk = Buffer.allocUnsafe(CHUNK);
  }
  return chunks.length === 1
    ? (chunks[0] as Buffer).toString('utf8')
    : Buffer.concat(chunks).toString('utf8');
}

function replace(path: string, text: string, mode: number): void {
  const fresh = `${path}.${String(process.pid)}.${Math.random().toString(36).slice(2)}.new`;
  const fd = openSync(fresh, 'wx', mode);
  try {
    // Whatever the umask has taken away.
    fchmodSync(fd, mode);
    writeAll(fd, text);
  } finally {
    closeSync(fd);
  }
  try {
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

function writeOnce(path: string, flags: 'r+' | 'a', text: string): void {
  const fd = openSync(path, flags, 0o644);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** Writes a whole text, waiting where a pipe of the caller is full and does not block. */
export function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

function kind(path: string): ReturnType<HostFiles['kind']> {
  const stats = unlessMissing(() => lstatSync(path));
  if (stats === undefined) return 'missing';
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function unlessMissing<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
