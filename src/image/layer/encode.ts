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

const FIRST_SIZE = 65_536;
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
  /** Bytes of the batch so far, with those of content. */
  size(): number;
  /** Ends the batch and begins another. */
  take(): Batch;
}

/** Puts actions and content together into batches. */
export function actionEncoder(): ActionEncoder {
  let out = byteWriter(FIRST_SIZE);
  let chunks: Uint8Array[] = [];
  let contentBytes = 0;
  return {
    action: (action) => putAction(out, action),
    content(bytes) {
      if (chunks.at(-1)?.buffer !== bytes.buffer) chunks.push(new Uint8Array(bytes.buffer));
      putContent(out, chunks.length - 1, bytes);
      contentBytes += bytes.length;
    },
    size: () => out.length() + contentBytes,
    take() {
      const batch = { actions: out.bytes(), chunks };
      out = byteWriter(Math.max(FIRST_SIZE, batch.actions.length));
      chunks = [];
      contentBytes = 0;
      return batch;
    },
  };
}

interface ByteWriter {
  u8(value: number): void;
  u32(value: number): void;
  /** Any safe integer. */
  i64(value: number): void;
  text(text: string): void;
  length(): number;
  bytes(): Uint8Array;
}

function byteWriter(size: number): ByteWriter {
  let bytes = new Uint8Array(size);
  let used = 0;
  /** Makes room, and gives the place where it begins. */
  const room = (wanted: number): number => {
    const at = used;
    used += wanted;
    if (used > bytes.length) {
      const larger = new Uint8Array(Math.max(used, 2 * bytes.length));
      larger.set(bytes);
      bytes = larger;
    }
    return at;
  };
  const u32 = (value: number): void => {
    const at = room(4);
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
  };
  return {
    u8(value) {
      bytes[room(1)] = value;
    },
    u32,
    i64(value) {
      u32(value >>> 0);
      u32(Math.floor(value / TWO_TO_32) >>> 0);
    },
    text(text) {
      u32(text.length);
      const at = room(text.length + 1);
      let every = 0;
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        every |= code;
        bytes[at + i] = code;
      }
      bytes[at + text.length] = 0;
      if (every > 0xff)
        throw new RuntsError('INVALID_ARGUMENT', `layer: a text is not one of bytes: ${text}`);
    },
    length: () => used,
    bytes: () => bytes.subarray(0, used),
  };
}

function putContent(out: ByteWriter, chunk: number, bytes: Uint8Array): void {
  out.u8(CONTENT);
  out.u32(chunk);
  out.u32(bytes.byteOffset);
  out.u32(bytes.length);
}

function putAction(out: ByteWriter, action: Action): void {
  out.u8(KINDS[action.kind]);
  out.text(action.path);
  switch (action.kind) {
    case 'directory':
    case 'fifo':
      return putAttributes(out, action.attributes);
    case 'file':
      return putFile(out, action);
    case 'symlink':
      out.text(action.target);
      return putAttributes(out, action.attributes);
    case 'hardlink':
      out.text(action.existing);
      return putAttributes(out, action.attributes);
    case 'device':
      out.u8(action.type === 'block' ? 1 : 0);
      out.u32(action.major);
      out.u32(action.minor);
      return putAttributes(out, action.attributes);
    case 'imply':
    case 'copy-up':
    case 'whiteout':
    case 'opaque':
    case 'remove':
  }
}

function putFile(out: ByteWriter, file: Extract<Action, { kind: 'file' }>): void {
  const extents = file.extents ?? [{ offset: 0, length: file.size }];
  putAttributes(out, file.attributes);
  out.i64(file.size);
  out.u32(extents.length);
  for (const extent of extents) {
    out.i64(extent.offset);
    out.i64(extent.length);
  }
}

function putAttributes(out: ByteWriter, attributes: Attributes): void {
  out.u32(attributes.mode);
  out.u32(attributes.uid);
  out.u32(attributes.gid);
  out.i64(attributes.mtime.seconds);
  out.u32(attributes.mtime.nanoseconds);
  out.u32(attributes.xattrs.size);
  for (const [name, value] of attributes.xattrs) {
    out.text(name);
    out.text(value);
  }
}
