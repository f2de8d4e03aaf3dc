import type { InputEvent } from '../terminal/keys.ts';
import { clean, clusters, width } from '../terminal/width.ts';
import type { Voice } from './voice.ts';

export interface TypedOptions {
  /** What is typed is not echoed. */
  readonly secret?: boolean;
  /** The question is of no interest any more: it ends as if it had been given up. */
  readonly until?: Promise<void>;
}

/** Lines that are typed in answer to a question. One at a time. */
export interface Typing {
  /** Undefined when it was given up with Esc. */
  ask(question: string, options?: TypedOptions): Promise<string | undefined>;
  /** True when a question was open, and took it. */
  take(event: InputEvent): boolean;
}

interface Open {
  readonly secret: boolean;
  readonly answer: (text: string | undefined) => void;
  text: string;
}

export function createTyping(voice: Voice): Typing {
  let open: Open | undefined;

  const end = (text: string | undefined) => {
    voice.echo('\n');
    const { answer } = open as Open;
    open = undefined;
    answer(text);
  };
  const add = (question: Open, text: string) => {
    question.text += text;
    if (!question.secret) voice.echo(text);
  };
  /** Goes back over the last character as people see it. */
  const takeBack = (question: Open) => {
    const parts = [...clusters(question.text)];
    const last = parts.pop();
    if (last === undefined) return;
    question.text = parts.join('');
    const columns = width(last);
    if (!question.secret) voice.echo(`${'\b'.repeat(columns)}${' '.repeat(columns)}${'\b'.repeat(columns)}`);
  };

  return {
    async ask(question, { secret = false, until } = {}) {
      const release = voice.hold();
      const { promise, resolve } = Promise.withResolvers<string | undefined>();
      const own: Open = { secret, text: '', answer: resolve };
      open = own;
      void until?.then(() => open === own && end(undefined));
      voice.echo(`${clean(question)} `);
      try {
        return await promise;
      } finally {
        release();
      }
    },
    take(event) {
      if (!open) return false;
      if (event.kind === 'paste') add(open, clean(event.text));
      if (event.kind !== 'key') return true;
      if (event.name === 'enter') end(open.text);
      else if (event.name === 'esc') end(undefined);
      else if (event.name === 'backspace') takeBack(open);
      else if (event.ctrl || event.alt) return false;
      else add(open, event.text);
      return true;
    },
  };
}
