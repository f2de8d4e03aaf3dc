import type { Key } from '../../terminal/keys.ts';
import type { Stage } from '../stage.ts';

/** Longer than keys are under way, shorter than a question takes to be read. */
export const STRAY_MS = 500;

/**
 * Whether a key that comes now still belongs to what was being typed when this question came up: of questions that come by
 * themselves, in their first moment. `y` in the name of a host must not trust another host.
 */
export function strayKeys({ services: { clock } }: Stage, unasked = false): () => boolean {
  const from = clock.ticks();
  return () => unasked && clock.ticks() - from < STRAY_MS;
}

/** Tells answers to a question from keys that were pressed before the user could see it. */
export interface SeenQuestion {
  /** To be called whenever the question is drawn. */
  drawn(): void;
  /**
   * Whether this key can be an answer: it came in a later read than the one that opened the question, and than all that
   * had come when its frame was on the terminal. Keys typed ahead, and an unmarked paste, are none.
   */
  isAnswer(key: Key): boolean;
}

export function seenQuestion({ terminal }: Stage): SeenQuestion {
  let isDrawn = false;
  let seenAfter = Number.POSITIVE_INFINITY;
  return {
    drawn() {
      if (isDrawn) return;
      isDrawn = true;
      terminal.whenSeen((lastRead) => {
        seenAfter = lastRead;
      });
    },
    isAnswer: ({ read }) => read > seenAfter,
  };
}
