/** Text between two sequences: where it ends in the bytes of a read, and what was typed or pasted with it. */
import { characterKey, type Paste, type UnreadKey } from './keys.ts';
import { pastedText } from './paste-reader.ts';
import { continuations, ESC, isContinuation } from './sequence.ts';
import { clusters } from './width.ts';

/** No clusters in there, and no segmenter to load for the first key. */
const LATIN = /^[\x00-\u02ff]*$/;

/** More than is typed between two reads; held keys repeat one or two characters. */
const FEWEST_PASTED = 24;
const FEWEST_DIFFERENT = 8;

export const keysOf = (text: string): readonly UnreadKey[] =>
  (LATIN.test(text) ? [...text] : [...clusters(text)]).map((character) => characterKey(character, character, false));

/** A terminal without bracketed paste delivers one like typing; undefined for what was typed. */
export function unmarkedPaste(text: string): Paste | undefined {
  if (text.length < FEWEST_PASTED || new Set(text).size < FEWEST_DIFFERENT) return undefined;
  return { kind: 'paste', text: pastedText(text) };
}

/** An escape, or a C1 control in one byte or in two; of the latter the second one may be missing yet. */
export function startsSequence(bytes: Buffer, at: number): boolean {
  const byte = bytes[at] as number;
  if (byte === ESC || (byte >= 0x80 && byte < 0xa0)) return true;
  const next = bytes[at + 1];
  return byte === 0xc2 && next !== undefined && next >= 0x80 && next < 0xa0;
}

/** The end of the whole characters from `start` on: the next sequence, a character that is not complete, or the end. */
export function endOfText(bytes: Buffer, start: number): number {
  let index = start;
  while (index < bytes.length && !startsSequence(bytes, index)) {
    const more = continuations(bytes[index] as number);
    const end = index + 1 + more;
    let next = index + 1;
    while (next < end && next < bytes.length && isContinuation(bytes[next] as number)) next++;
    // Cut by the end of the read, and not by a byte that does not belong to it.
    if (next === bytes.length && next < end) return index;
    index = next;
  }
  return index;
}
