import type { InputEvent } from '../terminal/keys.ts';
import { clean, clusters, width } from '../terminal/width.ts';
import type { Voice } from './voice.ts';

export interface TypedOptions {
  /** What is typed is not echoed. */
  readonly secret?: boolean;
  /** The question is of no interest any more: it ends as if it had been given up. */
  readonly until?: Promise<void>;
  /** It comes by itself: what is typed between its first word and the end of this was meant for something else. */
  readonly after?: () => Promise<void>;
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
  readonly secret: boolean;
  readonly answer: (text: string | undefined) => void;
  readonly after: (() => Promise<void>) | undefined;
  listens: boolean;
  text: string;
}

const MOST_AHEAD = 1_000;

export function createTyping(voice: Voice): Typing {
  let open: Question | undefined;
  let waiting: readonly Question[] = [];
  let reserved = 0;
  let ahead: readonly InputEvent[] = [];
  let release = () => {};

  const openNext = () => {
    const [next, ...rest] = waiting;
    if (open || !next) return;
    waiting = rest;
    open = next;
    void next.after?.().then(() => {
      next.listens = true;
    });
    release = voice.hold();
    voice.echo(`${clean(next.words)} `);
    const typed = ahead;
    ahead = [];
    for (const event of typed) take(event);
  };
  const end = (text: string | undefined) => {
    voice.echo('\n');
    const { answer } = open as Question;
    open = undefined;
    release();
    answer(text);
    openNext();
  };
  const add = (question: Question, typed: string) => {
    const text = clean(typed);
    question.text += text;
    if (!question.secret) voice.echo(text);
  };
  /** Goes back over the last character as people see it. */
  const takeBack = (question: Question) => {
    const parts = [...clusters(question.text)];
    const last = parts.pop();
    if (last === undefined) return;
    question.text = parts.join('');
    const columns = width(last);
    if (!question.secret) voice.echo(`${'\b'.repeat(columns)}${' '.repeat(columns)}${'\b'.repeat(columns)}`);
  };

  function take(event: InputEvent): boolean {
    if (!open) {
      if (reserved > 0 && ahead.length < MOST_AHEAD) ahead = [...ahead, event];
      return reserved > 0;
    }
    if (!open.listens) return true;
    if (event.kind === 'paste') add(open, event.text);
    if (event.kind !== 'key') return true;
    if (event.name === 'enter') end(open.text);
    else if (event.name === 'esc') end(undefined);
    else if (event.name === 'backspace') takeBack(open);
    else if (!event.ctrl && !event.alt) add(open, event.text);
    return true;
  }

  return {
    ask(words, { secret = false, until, after } = {}) {
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      const own: Question = { words, secret, after, listens: !after, text: '', answer: resolve };
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
