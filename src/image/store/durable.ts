/** Files that are whole after a crash. */
import { closeSync, constants, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_DIRECTORY } = constants;

/** A new file, which only its owner reads; its bytes are not synced. */
export function writeNew(path: string, bytes: Uint8Array | string, synced = false): void {
  const descriptor = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    for (let at = 0; at < data.length;) at += writeSync(descriptor, data, at);
    if (synced) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** What was made in a directory, renamed or removed there stays so. */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, O_RDONLY | O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Replaces a file of `directory` in one step, by way of a new file in `scratch`, which has no other of its name. */
export function replaceFile(path: string, directory: string, scratch: string, text: string): void {
  writeNew(scratch, text, true);
  renameSync(scratch, path);
  syncDirectory(directory);
}
