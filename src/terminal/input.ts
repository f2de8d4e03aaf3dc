import type { Readable } from 'node:stream';
import { type Clock, systemClock } from '../clock.ts';
import { createInputParser, type Pending } from './input-parser.ts';
import type { InputEvent } from './keys.ts';

/** The one reader of the keyboard. */
export interface Input {
  /**
   * Takes the events; of several listeners the newest gets them, until its function is called. What came while there was
   * none is delivered first.
   */
  listen(listener: (event: InputEvent) => void): () => void;
  /** Bytes go to `listener` as they come, unparsed, until the function that this answers is called. */
  divert(listener: (bytes: Buffer) => void): () => void;
  /** Leaves the keyboard to another program. */
  pause(): void;
  resume(): void;
  /**
   * The number of the newest read, as keys have it: a key whose number is larger was read later. 0 before the first one.
   */
  lastRead(): number;
  /** How long an escape alone waits, ms, before it is the Esc key. */
  setEscapeWait(ms: number): void;
  /** Reads no more. */
  close(): void;
}

export interface InputOptions {
  /** Called when the terminal is gone. */
  readonly onGone: () => void;
  readonly clock?: Clock;
  /** The terminal has been asked to mark pastes, so all else is typed; by the name of the terminal unless it is said. */
  readonly marksPastes?: boolean;
}

/** Escape sequences come in one piece; over slow links their pieces are this close together. */
const ESCAPE_MS = 30;
/** After an escape was given up: over serial lines and IPMI the pieces of a sequence are up to 100 ms apart. */
const REST_MS = 120;
/** What begins with an escape and two characters more is no Esc key, so no key press is held up. */
const SEQUENCE_MS = 1_000;
/** One that never ends, such as a string, is given up although bytes still come. */
const LONGEST_SEQUENCE_MS = 5_000;
/** A paste may come slowly, but not forever. */
const PASTE_MS = 2_000;
/** A link that stood still in the middle of a paste delivers its rest when it is back. */
const PASTE_REST_MS = 30_000;
const MOST_QUEUED = 1000;

/** Terminals without bracketed paste; what others know is not asked for, since an answer may take as long as it likes. */
const UNMARKED = /^(linux|vt\d|dumb|ansi|cons25|sun|wyse)/;

const knowsMarks = (): boolean => !UNMARKED.test(process.env['TERM'] ?? '');

/** Reads from now on. */
export function createInput(
  stdin: Readable,
  { onGone, clock = systemClock, marksPastes = knowsMarks() }: InputOptions,
): Input {
  const parser = createInputParser({ marksPastes });
  const listeners: ((event: InputEvent) => void)[] = [];
  let queue: InputEvent[] = [];
  let diverted: ((bytes: Buffer) => void) | undefined;
  let escapeMs = ESCAPE_MS;
  let waiting:
    | { readonly for: Pending; readonly sequence: number; readonly since: number; readonly cancel: () => void }
    | undefined;

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
    const events = parser.push(bytes);
    watch();
    deliver(events);
  }

  function waitFor(pending: Pending, since: number): number {
    const passed = clock.ticks() - since;
    switch (pending) {
      case 'escape':
        return escapeMs;
      case 'sequence':
        return Math.min(SEQUENCE_MS, LONGEST_SEQUENCE_MS - passed);
      case 'rest':
        // By the clock, whatever comes: keys that are typed must not be taken for a rest without end.
        return SEQUENCE_MS - passed;
      case 'paste':
        return PASTE_MS;
      case 'paste rest':
        return PASTE_REST_MS;
    }
  }

  /** Restarts the timer for what the parser waits for now. `after` is what it waits for instead of the usual time. */
  function watch(after?: number): void {
    waiting?.cancel();
    const pending = parser.pending();
    if (pending === undefined) {
      waiting = undefined;
      return;
    }
    const sequence = parser.sequences();
    const isSame = waiting?.for === pending && waiting.sequence === sequence;
    const since = isSame && waiting ? waiting.since : clock.ticks();
    const ms = Math.max(0, after ?? waitFor(pending, since));
    waiting = { for: pending, sequence, since, cancel: clock.after(ms, timeOut) };
  }

  function timeOut(): void {
    const wasEscape = waiting?.for === 'escape';
    const events = parser.giveUp();
    waiting = undefined;
    watch(wasEscape ? REST_MS : undefined);
    deliver(events);
  }

  stdin.on('data', onData);
  stdin.once('end', onGone);
  stdin.once('error', onGone);
  // An earlier reader of it has left it paused.
  stdin.resume();

  return {
    listen(listener) {
      listeners.push(listener);
      const held = queue;
      queue = [];
      deliver(held);
      return () => {
        const index = listeners.lastIndexOf(listener);
        if (index >= 0) listeners.splice(index, 1);
      };
    },
    divert(listener) {
      // What was begun before is neither a key of ours nor a byte for the other side.
      parser.flush();
      watch();
      diverted = listener;
      return () => {
        if (diverted === listener) diverted = undefined;
      };
    },
    pause: () => stdin.pause(),
    resume: () => stdin.resume(),
    lastRead: parser.reads,
    setEscapeWait(ms) {
      escapeMs = ms;
    },
    close() {
      waiting?.cancel();
      stdin.off('data', onData).off('end', onGone).off('error', onGone).pause();
    },
  };
}
