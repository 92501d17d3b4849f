import { BLOCK, paddingOf } from './block.ts';
import { putLatin1 } from './bytes.ts';
import { PLAIN } from './entry.ts';
import type { TarEntry, TarSink } from './entry.ts';
import { quoted } from './quoted.ts';
import { recordsOf } from './records.ts';
import { about, damaged, unsupported } from './refusal.ts';
import { ustarHeader } from './ustar.ts';

/**
 * Writes an archive of what it is told: headers of ustar, before them extended ones of pax for what ustar cannot say, nothing that is of the time
 * or the machine. What does not come out as it went in is an error: UNSUPPORTED for what archives have no form for, INVALID_ARGUMENT for a file
 * that has other bytes than its entry says, TOO_LARGE for attributes that no reader would take.
 */
export interface TarWriter extends TarSink {
  /** The last entry is complete, and the archive. */
  end(): void;
}

/** The extended header's own name, size and times; the name is the one that Python gives it. */
const EXTENDED: TarEntry = { ...PLAIN, name: '././@PaxHeader' };

function extendedBlocks(body: string): Uint8Array {
  const size = body.length;
  const blocks = new Uint8Array(BLOCK + size + paddingOf(size));
  blocks.set(ustarHeader({ ...EXTENDED, size }, 'x'));
  putLatin1(blocks, BLOCK, body);
  return blocks;
}

function check(entry: TarEntry): void {
  if (entry.name === '') throw unsupported('an empty name');
  if (entry.name.includes('\0') || entry.target.includes('\0')) throw damaged('a name with a NUL');
  if (entry.type !== 'file' && entry.size !== 0) throw damaged('content of what is no file');
  if (entry.extents !== undefined) throw unsupported('a file that is told without its holes');
}

function headersOf(entry: TarEntry): Uint8Array[] {
  try {
    check(entry);
    const body = recordsOf(entry);
    return body === '' ? [ustarHeader(entry)] : [extendedBlocks(body), ustarHeader(entry)];
  } catch (error) {
    throw about(`entry ${quoted(entry.name)}`, error);
  }
}

const zeros = (size: number): Uint8Array => new Uint8Array(size);

export function tarWriter(emit: (bytes: Uint8Array) => void): TarWriter {
  let name = '';
  let size = 0;
  let left = 0;
  const complete = (): void => {
    if (left > 0) throw damaged(`entry ${quoted(name)}: ends after ${size - left} of ${size} bytes`);
  };
  const padded = (): void => {
    if (left === 0 && size % BLOCK !== 0) emit(zeros(paddingOf(size)));
  };
  return {
    entry(entry) {
      complete();
      for (const bytes of headersOf(entry)) emit(bytes);
      ({ name, size } = entry);
      left = size;
    },
    content(bytes) {
      if (bytes.length === 0) return;
      if (bytes.length > left) throw damaged(`entry ${quoted(name)}: more than its ${size} bytes`);
      left -= bytes.length;
      emit(bytes);
      padded();
    },
    end() {
      complete();
      emit(zeros(2 * BLOCK));
    },
  };
}
