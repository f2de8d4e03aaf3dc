/** What is typed for a guest before the way to it is there: sent in order then, and without a hole, or not at all. */
export interface TypedEarly {
  /** False when there is no room for it, or was none for what was typed before it. */
  keep(text: string): boolean;
  /** All of it, which is kept no longer. */
  take(): string;
}

export const MOST_EARLY_BYTES = 65_536;

export function createTypedEarly(): TypedEarly {
  let text = '';
  let bytes = 0;
  let isFull = false;
  return {
    keep(more) {
      bytes += Buffer.byteLength(more);
      isFull ||= bytes > MOST_EARLY_BYTES;
      if (!isFull) text += more;
      return !isFull;
    },
    take() {
      const all = text;
      text = '';
      bytes = 0;
      isFull = false;
      return all;
    },
  };
}
