import { RuntsError } from '../../errors.ts';
import type { Action, Attributes } from './actions.ts';

/**
 * The form in which native/layer reads actions: little-endian numbers of a fixed size and texts, one after the other. A text is
 * its length in bytes (u32), its bytes (latin1, a character each) and a NUL, so that it is a C string where it lies.
 *
 *     action      kind (u8), path, and by its kind
 *     directory, fifo      attributes
 *     file                 attributes, size (u64), extents: their number (u32), of each offset and length (u64)
 *     symlink              target, attributes
 *     hardlink             existing, attributes
 *     device               type (u8: 0 character, 1 block), major, minor (u32), attributes
 *     content              no path; chunk, offset in it, length (u32): more of the content of the last file
 *     attributes  mode, uid, gid (u32), seconds (i64), nanoseconds (u32), number of xattrs (u32), of each name and value
 *
 * A file without holes has one extent.
 */
const KINDS = {
  directory: 1,
  imply: 2,
  file: 3,
  symlink: 4,
  hardlink: 5,
  'copy-up': 6,
  device: 7,
  fifo: 8,
  whiteout: 9,
  opaque: 10,
  remove: 11,
} as const satisfies Record<Action['kind'], number>;
const CONTENT = 12;

const FIRST_SIZE = 4096;
const TWO_TO_32 = 2 ** 32;

/** What applyActions takes. */
export interface Batch {
  readonly actions: Uint8Array;
  readonly chunks: readonly Uint8Array[];
}

export interface ActionEncoder {
  action(action: Action): void;
  /** More of the content of the last file. The bytes must stay as they are until the batch is applied. */
  content(bytes: Uint8Array): void;
  /** Ends the batch and begins another. */
  take(): Batch;
}

/** Puts actions and content together into batches. */
export function actionEncoder(): ActionEncoder {
  let out = outOf(FIRST_SIZE);
  let chunks: Uint8Array[] = [];
  return {
    action: (action) => putAction(out, action),
    content(bytes) {
      if (chunks.at(-1)?.buffer !== bytes.buffer) chunks.push(new Uint8Array(bytes.buffer));
      putContent(out, chunks.length - 1, bytes);
    },
    take() {
      const batch = { actions: out.bytes.subarray(0, out.used), chunks };
      out = outOf(Math.max(FIRST_SIZE, out.used));
      chunks = [];
      return batch;
    },
  };
}

interface Out {
  bytes: Uint8Array;
  /** Of the same memory. */
  view: DataView;
  used: number;
}

function outOf(size: number): Out {
  const bytes = new Uint8Array(size);
  return { bytes, view: new DataView(bytes.buffer), used: 0 };
}

/** Sees to room for so many bytes, which are then put without looking. */
function reserve(out: Out, size: number): void {
  const needed = out.used + size;
  if (needed <= out.bytes.length) return;
  const { bytes, view } = outOf(2 * needed);
  bytes.set(out.bytes.subarray(0, out.used));
  out.bytes = bytes;
  out.view = view;
}

function putU8(out: Out, value: number): void {
  out.view.setUint8(out.used, value);
  out.used += 1;
}

function putU32(out: Out, value: number): void {
  out.view.setUint32(out.used, value, true);
  out.used += 4;
}

/** Any safe integer. */
function putI64(out: Out, value: number): void {
  putU32(out, value >>> 0);
  putU32(out, Math.floor(value / TWO_TO_32) >>> 0);
}

function putText(out: Out, text: string): void {
  reserve(out, 4 + text.length + 1);
  putU32(out, text.length);
  const { bytes, used } = out;
  let every = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    every |= code;
    bytes[used + i] = code;
  }
  if (every > 0xff) throw new RuntsError('INVALID_ARGUMENT', `layer: a text is not one of bytes: ${text}`);
  bytes[used + text.length] = 0;
  out.used = used + text.length + 1;
}

function putContent(out: Out, chunk: number, bytes: Uint8Array): void {
  reserve(out, 1 + 3 * 4);
  putU8(out, CONTENT);
  putU32(out, chunk);
  putU32(out, bytes.byteOffset);
  putU32(out, bytes.length);
}

function putAction(out: Out, action: Action): void {
  reserve(out, 1);
  putU8(out, KINDS[action.kind]);
  putText(out, action.path);
  switch (action.kind) {
    case 'directory':
    case 'fifo':
      return putAttributes(out, action.attributes);
    case 'file':
      return putFile(out, action);
    case 'symlink':
      putText(out, action.target);
      return putAttributes(out, action.attributes);
    case 'hardlink':
      putText(out, action.existing);
      return putAttributes(out, action.attributes);
    case 'device':
      reserve(out, 1 + 2 * 4);
      putU8(out, action.type === 'block' ? 1 : 0);
      putU32(out, action.major);
      putU32(out, action.minor);
      return putAttributes(out, action.attributes);
    case 'imply':
    case 'copy-up':
    case 'whiteout':
    case 'opaque':
    case 'remove':
  }
}

function putFile(out: Out, file: Extract<Action, { kind: 'file' }>): void {
  const extents = file.extents ?? [{ offset: 0, length: file.size }];
  putAttributes(out, file.attributes);
  reserve(out, 8 + 4 + extents.length * 16);
  putI64(out, file.size);
  putU32(out, extents.length);
  for (const extent of extents) {
    putI64(out, extent.offset);
    putI64(out, extent.length);
  }
}

function putAttributes(out: Out, attributes: Attributes): void {
  reserve(out, 3 * 4 + 8 + 2 * 4);
  putU32(out, attributes.mode);
  putU32(out, attributes.uid);
  putU32(out, attributes.gid);
  putI64(out, attributes.mtime.seconds);
  putU32(out, attributes.mtime.nanoseconds);
  putU32(out, attributes.xattrs.size);
  for (const [name, value] of attributes.xattrs) {
    putText(out, name);
    putText(out, value);
  }
}
