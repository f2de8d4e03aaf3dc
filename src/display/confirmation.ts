/**
 * Whether the terminal has shown the last picture: it is asked behind each for its state (DSR, xterm's `CSI 5 n`), and answers
 * when it has come so far. Buffers on the way take far more than one picture, so that only this keeps a slow link short.
 */
import type { Clock } from '../clock.ts';

export interface Confirmation {
  /** What is sent behind a picture; '' to a terminal that does not answer. */
  question(): string;
  /** Reads the answer out of what comes from the terminal. */
  learn(bytes: Buffer): void;
  isWaiting(): boolean;
  stop(): void;
}

const QUESTION = '\x1b[5n';
const ANSWER = '\x1b[0n';
/** One that has never answered by then does not know the question. */
const FIRST_MS = 3_000;
/** A picture of some hundred kilobytes may be under way for this long. */
const LONGEST_MS = 60_000;

/** `onShown`: it is not waited for any more. */
export function createConfirmation(clock: Clock, onShown: () => void): Confirmation {
  let hasAnswered = false;
  let isAsked = true;
  let isWaiting = false;
  let said = '';
  let stop = () => {};

  const end = (): void => {
    stop();
    isWaiting = false;
    onShown();
  };
  return {
    question() {
      if (!isAsked) return '';
      stop();
      said = '';
      isWaiting = true;
      stop = clock.after(hasAnswered ? LONGEST_MS : FIRST_MS, () => {
        isAsked = hasAnswered;
        end();
      });
      return QUESTION;
    },
    learn(bytes) {
      if (!isWaiting) return;
      // It may come in pieces, behind anything that is typed.
      said = (said + bytes.toString('latin1')).slice(-ANSWER.length - bytes.length);
      if (!said.includes(ANSWER)) return;
      hasAnswered = true;
      end();
    },
    isWaiting: () => isWaiting,
    stop: () => stop(),
  };
}
