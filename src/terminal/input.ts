import { StringDecoder } from 'node:string_decoder';
import { type Clock, systemClock } from '../clock.ts';
import { createInputParser } from './input-parser.ts';
import type { InputEvent } from './keys.ts';

/** The one reader of the keyboard. */
export interface Input {
  /**
   * Whoever handles events; one at a time, the newest wins until its function is called. What came while nobody
   * listened is delivered first.
   */
  listen(listener: (event: InputEvent) => void): () => void;
  /** Bytes go to `listener` as they come, unparsed, until the function that this answers is called. */
  divert(listener: (bytes: Buffer) => void): () => void;
  /** Leaves the keyboard to another program. */
  pause(): void;
  resume(): void;
}

/** Escape sequences come in one piece; over slow links their pieces are this close together. */
const ESCAPE_MS = 30;
/** A paste may come slowly, but not forever. */
const PASTE_MS = 2000;
const MOST_QUEUED = 1000;

/** Reads from now on. `onGone` is called when the terminal is. */
export function createInput(stdin: NodeJS.ReadStream, onGone: () => void, clock: Clock = systemClock): Input {
  const parser = createInputParser();
  const decoder = new StringDecoder('utf8');
  const listeners: ((event: InputEvent) => void)[] = [];
  let queue: InputEvent[] = [];
  let diverted: ((bytes: Buffer) => void) | undefined;
  let cancelFlush: (() => void) | undefined;

  function deliver(events: readonly InputEvent[]): void {
    for (const event of events) {
      const listener = listeners.at(-1);
      if (listener) listener(event);
      else if (queue.length < MOST_QUEUED) queue.push(event);
    }
  }

  function onData(bytes: Buffer): void {
    if (diverted) {
      diverted(bytes);
      return;
    }
    cancelFlush?.();
    cancelFlush = undefined;
    deliver(parser.push(decoder.write(bytes)));
    if (parser.isPending()) {
      cancelFlush = clock.after(parser.isPasting() ? PASTE_MS : ESCAPE_MS, () => deliver(parser.flush()));
    }
  }

  stdin.on('data', onData);
  stdin.once('end', onGone);
  stdin.once('error', onGone);

  return {
    listen(listener) {
      listeners.push(listener);
      const waiting = queue;
      queue = [];
      deliver(waiting);
      return () => {
        const index = listeners.lastIndexOf(listener);
        if (index >= 0) listeners.splice(index, 1);
      };
    },
    divert(listener) {
      diverted = listener;
      return () => {
        if (diverted === listener) diverted = undefined;
      };
    },
    pause: () => stdin.pause(),
    resume: () => stdin.resume(),
  };
}
