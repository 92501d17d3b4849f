import { read } from 'node:fs';
import { promisify } from 'node:util';
import type { Tree, TreeEntry, TreeFunctions } from '../native.ts';

const CHUNK = 1 << 18;

const readAsync = promisify(read);

/** A file of a tree. */
export interface TreeFile {
  readonly tree: Tree;
  readonly path: string;
  readonly entry: TreeEntry;
}

/**
 * The bytes of a file, no more than its entry says, and less where a program has cut it off meanwhile.
 * @throws an error of the addon, ESTALE, where there is another file now or none.
 */
export async function* contentOf(
  native: TreeFunctions,
  { tree, path, entry }: TreeFile,
): AsyncGenerator<Uint8Array> {
  const descriptor = await native.openFile(tree, path, entry);
  try {
    for (let done = 0; done < entry.size;) {
      const buffer = new Uint8Array(Math.min(CHUNK, entry.size - done));
      const { bytesRead } = await readAsync(descriptor, buffer, 0, buffer.length, done);
      if (bytesRead === 0) return;
      done += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    native.closeDescriptor(descriptor);
  }
}

/** Whether two files of the same size have the same bytes. */
export async function haveSameContent(
  native: TreeFunctions,
  one: TreeFile,
  other: TreeFile,
): Promise<boolean> {
  const others = contentOf(native, other);
  try {
    for await (const bytes of contentOf(native, one)) {
      const { value } = (await others.next()) as IteratorResult<Uint8Array, undefined>;
      if (value === undefined || Buffer.compare(bytes, value) !== 0) return false;
    }
    return (await others.next()).done === true;
  } finally {
    await others.return(undefined);
  }
}
