/** A display that outlives its link: one that drops is opened again, and its last picture stays until the next one is there. */
import type { Clock } from '../clock.ts';
import { createKeptLink } from '../link/kept-link.ts';
import { LINK_BACK, NOT_SENT, noLink } from '../link/sentences.ts';
import { clean } from '../terminal/width.ts';
import type { Display } from './rfb/session.ts';

export interface WayBack {
  /** Opens the display of the very same guest again. */
  readonly open: (signal: AbortSignal) => Promise<Display>;
  readonly detachKey: string;
}

export interface SteadyOptions extends WayBack {
  readonly clock: Clock;
  /** What was begun with the guest is given up. */
  readonly dropped: () => void;
  /** Tells the user, in a line of the terminal that is over the picture. */
  readonly say: (line: string) => void;
  /** Takes that line away, if it is still there. */
  readonly unsay: (line: string) => void;
}

const lineOf = (text: string): string => ` ${clean(text)} `;
const BACK = lineOf(LINK_BACK);
/** Then that line goes, since it covers a part of the picture. */
const BACK_MS = 5_000;

/**
 * RFB has no goodbye, so that a display whose other side has ended it is tried again too. Updates reject with the last error when
 * trying again makes no sense, or did not help for too long. What is typed meanwhile is never sent.
 */
export function createSteadyDisplay(first: Display, options: SteadyOptions): Display {
  const { open, detachKey, clock, dropped, say, unsay } = options;
  /** Undefined while there is no link. */
  let linked: Display | undefined = first;
  /** Whose picture is shown: a display has none before its first update. */
  let drawn = first;
  let isClosed = false;
  let stopUnsaying = () => {};
  let waiting: PromiseWithResolvers<void> | undefined;

  const kept = createKeptLink<Display>({
    clock,
    open,
    use(display) {
      linked = display;
      say(BACK);
      stopUnsaying = clock.after(BACK_MS, () => unsay(BACK));
      waiting?.resolve();
    },
    discard: (display) => display.close(),
    dropped(why, ms) {
      dropped();
      say(lineOf(noLink(why, ms, detachKey)));
    },
    gaveUp: (error) => waiting?.reject(error),
  });

  async function untilBack(error: unknown): Promise<void> {
    linked = undefined;
    waiting = Promise.withResolvers();
    kept.lost(error);
    await waiting.promise;
  }

  return {
    frame: () => drawn.frame(),
    pointer: () => linked?.pointer(),
    async update() {
      for (;;) {
        const display = linked ?? drawn;
        try {
          await display.update();
          drawn = display;
          return;
        } catch (error) {
          if (isClosed) throw error;
          await untilBack(error);
        }
      }
    },
    key(keysym, down) {
      if (linked) linked.key(keysym, down);
      else say(lineOf(NOT_SENT));
    },
    point: (buttons, x, y) => linked?.point(buttons, x, y),
    close(reason) {
      isClosed = true;
      kept.stop();
      stopUnsaying();
      (linked ?? drawn).close(reason);
      waiting?.reject(reason ?? new Error('the display was closed'));
    },
  };
}
