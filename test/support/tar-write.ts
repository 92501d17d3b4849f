import { PLAIN } from '../../src/image/tar/entry.ts';
import { tarWriter } from '../../src/image/tar/writer.ts';
import type { ReadEntry } from './tar-read.ts';

export const FILE: ReadEntry = { ...PLAIN, name: 'file', content: '' };

/** Of the size of its content. */
export const sized = (fields: Partial<ReadEntry>): ReadEntry => ({
  ...FILE,
  ...fields,
  size: fields.content?.length ?? 0,
});

/** An archive of them, the content in parts. */
export function write(entries: readonly ReadEntry[]): Buffer {
  const parts: Buffer[] = [];
  const writer = tarWriter((bytes) => void parts.push(Buffer.from(bytes)));
  for (const { content, ...entry } of entries) {
    writer.entry(entry);
    const bytes = Buffer.from(content, 'latin1');
    const middle = Math.floor(bytes.length / 3);
    writer.content(bytes.subarray(0, middle));
    writer.content(bytes.subarray(middle));
  }
  writer.end();
  return Buffer.concat(parts);
}
