/** Where the files of a layout go. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { RuntsError } from '../../errors.ts';
import { attempt } from '../../host/attempt.ts';
import { checked } from '../../host/checked.ts';
import { PLAIN } from '../tar/entry.ts';
import { tarWriter } from '../tar/writer.ts';
import { writeAll } from '../write-all.ts';

/** Takes files one after the other, each with its bytes as they come. */
export interface LayoutSink {
  write(path: string, size: number, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** Nothing that is whole before. */
  finish(): Promise<void>;
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** A tar archive, written to a descriptor: its bytes are those of what is in it alone. */
export function archiveSink(descriptor: number): LayoutSink {
  const pending: Uint8Array[] = [];
  const archive = tarWriter((bytes) => void pending.push(bytes));
  const flush = async (): Promise<void> => {
    for (const bytes of pending.splice(0)) await writeAll(descriptor, bytes);
  };
  return {
    async write(path, size, bytes) {
      archive.entry({ ...PLAIN, name: path, size });
      await flush();
      for await (const chunk of bytes) {
        archive.content(chunk);
        await flush();
      }
    },
    finish() {
      archive.end();
      return flush();
    },
  };
}

/** Files below a directory. */
export function directorySink(directory: string): LayoutSink {
  return {
    async write(path, _size, bytes) {
      const file = `${directory}/${path}`;
      checked(() => mkdirSync(dirname(file), { recursive: true }));
      await withFile(file, 0o644, async (descriptor) => {
        for await (const chunk of bytes) await writeAll(descriptor, chunk);
      });
    },
    finish: () => Promise.resolve(),
  };
}

/** A new file that is closed, and synced, after use. */
async function withFile(
  path: string,
  mode: number,
  use: (descriptor: number) => Promise<void>,
): Promise<void> {
  const descriptor = checked(() => openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode));
  try {
    await use(descriptor);
    checked(() => fsyncSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

/** A directory that is made, or was empty; as it was before where filling it fails. @throws {RuntsError} ALREADY_EXISTS. */
export async function intoDirectory(
  directory: string,
  fill: (sink: LayoutSink) => Promise<void>,
): Promise<void> {
  const isNew = checked(() => mkdirSync(directory, { recursive: true })) !== undefined;
  if (checked(() => readdirSync(directory)).length > 0) {
    throw new RuntsError('ALREADY_EXISTS', `${directory}: is not empty`, {
      hint: 'a layout wants a directory of its own',
    });
  }
  try {
    await fill(directorySink(directory));
  } catch (error) {
    const leftovers = isNew ? [directory] : readdirSync(directory).map((name) => `${directory}/${name}`);
    for (const path of leftovers) rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/** A file that is replaced in one step; what is no regular file, such as a pipe, is written to. */
export async function intoFile(path: string, fill: (sink: LayoutSink) => Promise<void>): Promise<void> {
  const found = attempt(() => checked(() => statSync(path)), 'ENOENT');
  if (found !== undefined && !found.isFile()) return intoOther(path, fill);
  const scratch = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await withFile(scratch, 0o644, (descriptor) => fill(archiveSink(descriptor)));
    checked(() => renameSync(scratch, path));
  } catch (error) {
    rmSync(scratch, { force: true });
    throw error;
  }
}

async function intoOther(path: string, fill: (sink: LayoutSink) => Promise<void>): Promise<void> {
  const descriptor = checked(() => openSync(path, O_WRONLY));
  try {
    await fill(archiveSink(descriptor));
  } finally {
    closeSync(descriptor);
  }
}
