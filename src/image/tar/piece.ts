/** Bytes that are needed in one piece: those of a chunk where it has them all, else gathered. */
export interface Piece {
  /** Where the piece lies when it is complete, until more is taken. */
  bytes: Uint8Array;
  at: number;
  wanted: number;
  got: number;
  room: Uint8Array;
}

export const newPiece = (wanted: number): Piece => {
  const room = new Uint8Array(wanted);
  return { bytes: room, at: 0, wanted, got: 0, room };
};

/** Begins another piece. */
export function want(piece: Piece, size: number): void {
  piece.wanted = size;
  piece.got = 0;
}

/** Takes what is wanted of a chunk from `at` on, and gives the number of bytes. */
export function take(piece: Piece, chunk: Uint8Array, at: number): number {
  const missing = piece.wanted - piece.got;
  const isWhole = piece.got === 0 && chunk.length - at >= missing;
  const size = isWhole ? missing : Math.min(missing, chunk.length - at);
  if (!isWhole) gather(piece, chunk.subarray(at, at + size));
  piece.bytes = isWhole ? chunk : piece.room;
  piece.at = isWhole ? at : 0;
  piece.got += size;
  return size;
}

function gather(piece: Piece, part: Uint8Array): void {
  if (piece.room.length < piece.wanted) piece.room = new Uint8Array(piece.wanted);
  piece.room.set(part, piece.got);
}
