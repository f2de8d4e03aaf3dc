/** Text between the two marks of bracketed paste (mode 2004), which comes in as many pieces as it likes. */
export interface PasteReader {
  /** Answers what is behind the end mark, or undefined when that has not come. */
  take(chunk: Buffer): Buffer | undefined;
  /** What has come so far, as `pastedText`. */
  text(): string;
}

const END = Buffer.from('\x1b[201~');
/** Of more than this only the beginning is kept; no field takes so much. */
const MOST_BYTES = 1024 * 1024;

export function createPasteReader(): PasteReader {
  const pieces: Buffer[] = [];
  let bytes = 0;
  /** The last bytes, which may be the beginning of the end mark. */
  let tail: Buffer = Buffer.alloc(0);

  const keep = (piece: Buffer) => {
    const kept = piece.subarray(0, MOST_BYTES - bytes);
    bytes += kept.length;
    // A copy: the stream's own memory is larger and used again.
    if (kept.length > 0) pieces.push(Buffer.from(kept));
  };

  return {
    take(chunk) {
      const all = Buffer.concat([tail, chunk]);
      const end = all.indexOf(END);
      const upTo = end < 0 ? all.length - beginningAtEnd(all) : end;
      keep(all.subarray(0, upTo));
      tail = end < 0 ? Buffer.from(all.subarray(upTo)) : Buffer.alloc(0);
      return end < 0 ? undefined : all.subarray(end + END.length);
    },
    text: () => pastedText(Buffer.concat(pieces).toString()),
  };
}

/** Line ends are `\n`; other controls are left out. */
export const pastedText = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');

/** How many of the last bytes are the beginning of the end mark. */
function beginningAtEnd(bytes: Buffer): number {
  for (let length = Math.min(END.length - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(-length).equals(END.subarray(0, length))) return length;
  }
  return 0;
}
