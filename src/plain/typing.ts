import type { InputEvent } from '../terminal/keys.ts';
import { createTypedLine, LONGEST_LINE, type TypedLine } from '../terminal/typed-line.ts';
import { clean } from '../terminal/width.ts';
import type { Voice } from './voice.ts';

export interface TypedOptions {
  /** What is typed is not echoed. */
  readonly secret?: boolean;
  /** The question is of no interest any more: it ends as if it had been given up. */
  readonly until?: Promise<void>;
  /** It comes by itself: what is typed between its first word and the end of this was meant for something else. */
  readonly after?: () => Promise<void>;
  /**
   * Its answer interrupts or destroys something: what had been typed when its last word was written is no answer to it, not
   * even in the read of the key that led to it.
   */
  readonly fresh?: boolean;
}

/** Lines that are typed in answer to a question. Of several questions one is open, the others wait for their turn. */
export interface Typing {
  /** Undefined when it was given up with Esc. */
  ask(question: string, options?: TypedOptions): Promise<string | undefined>;
  /**
   * More questions will come: what is typed before them is theirs, and never taken for commands. Until the function that
   * this answers is called.
   */
  reserve(): () => void;
  /** True when it is for a question. */
  take(event: InputEvent): boolean;
}

interface Question {
  readonly words: string;
  readonly line: TypedLine;
  readonly answer: (text: string | undefined) => void;
  readonly after: (() => Promise<void>) | undefined;
  readonly fresh: boolean;
  listens: boolean;
  /** Keys of later reads than this are answers. */
  from: number;
}

const MOST_AHEAD = 1_000;

/** Resolves when what had come to the terminal already has been read. */
const whatWasTyped = () => new Promise<void>((resolve) => void setImmediate(resolve));

export function createTyping(voice: Voice): Typing {
  let open: Question | undefined;
  let waiting: readonly Question[] = [];
  let reserved = 0;
  let ahead: InputEvent[] = [];
  /** The newest read that a key came in. */
  let newest = 0;
  let release = () => {};

  const openNext = () => {
    const [next, ...rest] = waiting;
    if (open || !next) return;
    waiting = rest;
    open = next;
    release = voice.hold();
    voice.echo(`${clean(next.words)} `);
    if (next.fresh) next.from = newest;
    void listenTo(next);
    const typed = ahead;
    ahead = [];
    for (const event of typed) take(event);
  };
  const listenTo = async (question: Question) => {
    if (question.fresh) await whatWasTyped();
    await question.after?.();
    question.listens = true;
  };
  const end = (text: string | undefined) => {
    voice.echo('\n');
    const { answer } = open as Question;
    open = undefined;
    release();
    answer(text);
    openNext();
  };

  function take(event: InputEvent): boolean {
    if (event.kind === 'key' && Number.isFinite(event.read)) newest = Math.max(newest, event.read);
    if (!open) {
      if (reserved > 0 && ahead.length < MOST_AHEAD) ahead.push(event);
      return reserved > 0;
    }
    if (!open.listens || (event.kind === 'key' && event.read <= open.from)) return true;
    if (event.kind === 'key' && event.name === 'enter') end(open.line.text);
    else if (event.kind === 'key' && event.name === 'esc') end(undefined);
    else if (open.line.take(event) === 'full') {
      voice.echo(
        `\nat most ${LONGEST_LINE} characters have room; nothing was added\n${clean(open.words)} ${open.line.seen}`,
      );
    }
    return true;
  }

  return {
    ask(words, { secret = false, until, after, fresh = false } = {}) {
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      const line = createTypedLine(secret ? undefined : voice.echo);
      const own: Question = { words, line, after, fresh, listens: !after && !fresh, from: 0, answer: resolve };
      waiting = [...waiting, own];
      void until?.then(() => {
        if (open === own) return end(undefined);
        waiting = waiting.filter((other) => other !== own);
        resolve(undefined);
      });
      // At once, where it can be: the key right behind the one that asks is an answer.
      openNext();
      return promise;
    },
    reserve() {
      reserved++;
      return () => {
        reserved--;
        if (reserved === 0) ahead = [];
      };
    },
    take,
  };
}
