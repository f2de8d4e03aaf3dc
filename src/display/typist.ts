/** Types a text on a keyboard that is slower than a paste. */
import type { Clock } from '../clock.ts';
import { type Chord, chordsOf } from './keys.ts';

export interface Typist {
  /** Types it after what is still typed. Why it is not typed, as a line for the user; undefined when it is. */
  type(text: string): string | undefined;
  /** What is not typed by now never is. */
  stop(): void;
}

/** QEMU takes a key each 10 ms, and holds 1024 of them (ui/input.c): more are dropped without a word. */
const EACH_MS = 25;
/** A minute and a half. */
const MOST = 4_000;

export function createTypist(press: (chord: Chord) => void, clock: Clock): Typist {
  let left: Chord[] = [];
  let stopWaiting: (() => void) | undefined;

  function next(): void {
    stopWaiting = undefined;
    const chord = left.shift();
    if (!chord) return;
    press(chord);
    if (left.length > 0) stopWaiting = clock.after(EACH_MS, next);
  }
  return {
    type(text) {
      const chords = chordsOf(text);
      if (left.length + chords.length > MOST)
        return ` ${chords.length} keys are too many to be typed: ${MOST} at most `;
      left.push(...chords);
      if (!stopWaiting) next();
      return undefined;
    },
    stop() {
      stopWaiting?.();
      stopWaiting = undefined;
      left = [];
    },
  };
}
