/** What a terminal still answers when a program that has asked it a lot ends: kept from the prompt of the shell. */
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../clock.ts';

/** DA1, which every terminal answers, and only behind all that it was asked before (xterm's control sequences). */
const LAST_QUESTION = '\x1b[c';
const LAST_ANSWER = /\x1b\[\?[\d;]*c/;
/** A picture may be before it on a slow link; who waits longer has lost the terminal. */
const PATIENCE_MS = 4_000;
const CTRL_C = '\x03';

/**
 * Asks once more, and drops what comes until that is answered; ctrl-C ends the wait. The keys must be raw, and nothing else may
 * read them.
 */
export function untilAnswered(stdin: Readable, out: Writable, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    let heard = '';
    const end = () => {
      stopWaiting();
      stdin.off('data', onData);
      resolve();
    };
    const onData = (chunk: Buffer | string) => {
      heard += chunk.toString();
      if (LAST_ANSWER.test(heard) || heard.includes(CTRL_C)) end();
    };
    const stopWaiting = clock.after(PATIENCE_MS, end);
    stdin.on('data', onData).resume();
    out.write(LAST_QUESTION);
  });
}
