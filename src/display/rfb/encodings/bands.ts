/** Rows that come in pieces of any length, as bands of whole rows. */

/** `rows`: whole ones, the first of them the one with this number; valid during the call. */
type DrawBand = (rows: Uint8Array, first: number, count: number) => void;

interface Bands {
  push(piece: Uint8Array): void;
  /** How many rows were drawn. */
  drawn(): number;
}

export function createBands(rowBytes: number, draw: DrawBand): Bands {
  let next = 0;
  /** A row that began in an earlier piece, and how much of it is here. */
  let begun: Uint8Array | undefined;
  let held = 0;

  /** What ends the row that was begun is taken off; answers where the rest begins. */
  function end(piece: Uint8Array): number {
    if (!begun || held === 0) return 0;
    const more = Math.min(rowBytes - held, piece.length);
    begun.set(piece.subarray(0, more), held);
    held += more;
    if (held === rowBytes) {
      draw(begun, next++, 1);
      held = 0;
    }
    return more;
  }

  return {
    push(piece) {
      const from = end(piece);
      const count = Math.floor((piece.length - from) / rowBytes);
      const to = from + count * rowBytes;
      if (count > 0) {
        draw(from === 0 && to === piece.length ? piece : piece.subarray(from, to), next, count);
        next += count;
      }
      if (to === piece.length) return;
      begun ??= new Uint8Array(rowBytes);
      begun.set(piece.subarray(to));
      held = piece.length - to;
    },
    drawn: () => next,
  };
}
