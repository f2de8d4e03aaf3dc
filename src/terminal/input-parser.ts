import type { InputEvent, UnreadEvent } from './keys.ts';
import { createPasteReader, type PasteReader } from './paste-reader.ts';
import { createSequenceReader } from './sequence-reader.ts';
import { endOfText, keysOf, startsSequence, unmarkedPaste } from './typed-text.ts';

/**
 * Cuts the bytes from a terminal into events. Keeps what may go on in the next chunk. Every sequence and every string is
 * taken whole, whatever it is; those that stand for nothing end here. It has no clock: its owner says when time is up.
 */
export interface InputParser {
  /** The bytes of one read. */
  push(chunk: Uint8Array | string): InputEvent[];
  /** How many reads there were: the number that keys of the newest one have. */
  reads(): number;
  /** What it waits for; undefined between two events. */
  pending(): Pending | undefined;
  /** How many sequences have begun: whether it is still the same one that is waited for. */
  sequences(): number;
  /**
   * Nothing more came in time: an escape alone is the Esc key, a paste is what came of it. If the rest comes after all, it is
   * read to its end and dropped; `pending` is that rest now.
   */
  giveUp(): InputEvent[];
  /** The same, but nothing more is expected: what comes next is read by itself. */
  flush(): InputEvent[];
}

/**
 * `escape`: whether it is the Esc key is known when nothing follows. `sequence`: more must come. `rest` and `paste rest`: of
 * what was given up.
 */
export type Pending = 'escape' | 'sequence' | 'rest' | 'paste' | 'paste rest';

export interface ParserOptions {
  /** The terminal marks what is pasted (mode 2004): all that is not marked is typed. */
  readonly marksPastes?: boolean;
}

export function createInputParser({ marksPastes = true }: ParserOptions = {}): InputParser {
  let paste: PasteReader | undefined;
  /** The paste was given up, and is an event now. */
  let isPasteLate = false;
  /** The first bytes of a character. */
  let partial: Buffer = Buffer.alloc(0);
  let reads = 0;
  let events: InputEvent[] = [];

  const emit = (event: UnreadEvent) => {
    events.push(event.kind === 'key' || event.kind === 'mouse' ? { ...event, read: reads } : event);
  };
  const takeEvents = (): InputEvent[] => {
    const taken = events;
    events = [];
    return taken;
  };

  const sequences = createSequenceReader({
    emit,
    onPaste() {
      paste = createPasteReader();
    },
  });

  function push(chunk: Uint8Array | string): InputEvent[] {
    reads++;
    const given: Buffer = Buffer.from(chunk as Uint8Array);
    // By itself either ends a paste whose end mark was lost; that Esc may be the mark's first byte, so it is no key.
    if (isPasteLate && given.equals(LONE_ESC)) {
      endPaste();
      sequences.beginLate();
      return [];
    }
    if (isPasteLate && given.equals(LONE_CTRL_C)) endPaste();
    let bytes: Buffer = partial.length > 0 ? Buffer.concat([partial, given]) : given;
    partial = Buffer.alloc(0);
    let index = 0;
    while (index < bytes.length) {
      if (paste) {
        bytes = takePaste(paste, bytes.subarray(index));
        index = 0;
      } else if (sequences.isOpen()) {
        index = sequences.read(bytes, index);
      } else {
        index = sequences.begin(bytes, index) ?? takeText(bytes, index);
      }
    }
    return takeEvents();
  }

  function takePaste(reader: PasteReader, bytes: Buffer): Buffer {
    const rest = reader.take(bytes);
    if (rest === undefined) return Buffer.alloc(0);
    if (!isPasteLate) emit({ kind: 'paste', text: reader.text() });
    endPaste();
    return rest;
  }

  function endPaste(): void {
    paste = undefined;
    isPasteLate = false;
  }

  /** Characters up to the next sequence; answers where that starts. */
  function takeText(bytes: Buffer, start: number): number {
    const end = endOfText(bytes, start);
    const text = bytes.toString('utf8', start, end);
    const pasted = marksPastes ? undefined : unmarkedPaste(text);
    if (pasted) emit(pasted);
    else for (const key of keysOf(text)) emit(key);
    if (end < bytes.length && !startsSequence(bytes, end)) {
      partial = Buffer.from(bytes.subarray(end));
      return bytes.length;
    }
    return end;
  }

  function giveUp(): InputEvent[] {
    if (!paste) sequences.giveUp();
    else if (isPasteLate) endPaste();
    else {
      emit({ kind: 'paste', text: paste.text() });
      isPasteLate = true;
    }
    return takeEvents();
  }

  return {
    push,
    giveUp,
    reads: () => reads,
    sequences: sequences.count,
    pending() {
      if (paste) return isPasteLate ? 'paste rest' : 'paste';
      return sequences.pending();
    },
    flush() {
      const given = giveUp();
      endPaste();
      sequences.reset();
      partial = Buffer.alloc(0);
      return given;
    },
  };
}

const LONE_ESC = Buffer.from('\x1b');
const LONE_CTRL_C = Buffer.from('\x03');
