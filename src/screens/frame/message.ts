import type { Clock } from '../../clock.ts';
import { FleetError, sentence } from '../../errors.ts';

export type Tone = 'info' | 'good' | 'warning' | 'danger';

export interface Message {
  readonly tone: Tone;
  readonly text: string;
  /** The next step, when there is one. */
  readonly fix?: string;
}

/** Shows what happened. A message disappears after a time, an error last; one that was read, with the next key. */
export interface MessageLine {
  readonly current: Message | undefined;
  say(text: string, tone?: Tone): void;
  /** What went wrong, with the next step. */
  trouble(text: string, fix?: string): void;
  fail(error: unknown): void;
  /** A key was pressed: what could be read is gone. */
  seen(): void;
  /** What was said is of no use where the user is now. */
  clear(): void;
}

const STAYS_MS: Readonly<Record<Tone, number>> = { info: 6_000, good: 6_000, warning: 10_000, danger: 30_000 };
/** A user who is typing has not read what has just appeared. */
const READ_AFTER_MS = 700;

/** `onScreen` turns advice that is for a shell into keys. */
export function createMessageLine(
  clock: Clock,
  changed: () => void,
  onScreen: (advice: string) => string,
): MessageLine {
  let current: Message | undefined;
  let shownAt = 0;
  let stop = () => {};

  const show = (message: Message | undefined) => {
    stop();
    stop = () => {};
    current = message;
    shownAt = clock.ticks();
    if (message) stop = clock.after(STAYS_MS[message.tone], () => show(undefined));
    changed();
  };

  const trouble = (text: string, fix?: string) =>
    show({ tone: 'danger', text, ...(fix === undefined ? {} : { fix: onScreen(fix) }) });

  return {
    get current() {
      return current;
    },
    say: (text, tone = 'info') => show({ text, tone }),
    trouble,
    fail: (error) => trouble(sentence(error), error instanceof FleetError ? error.fix : undefined),
    clear: () => show(undefined),
    seen() {
      if (current && clock.ticks() - shownAt >= READ_AFTER_MS) show(undefined);
    },
  };
}
