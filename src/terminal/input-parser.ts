import {
  characterKey,
  consoleKey,
  csiKey,
  type Focus,
  type InputEvent,
  type Mouse,
  type Paste,
  ss3Key,
  type UnreadKey,
} from './keys.ts';
import { sgrMouse, urxvtMouse, x10Mouse } from './mouse-report.ts';
import { createPasteReader, type PasteReader, pastedText } from './paste-reader.ts';
import {
  continuations,
  createSequence,
  ESC,
  introducerOf,
  introduces,
  isContinuation,
  type Meaning,
  type Sequence,
} from './sequence.ts';
import { clusters } from './width.ts';

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

type Unread = UnreadKey | Paste | Focus | Omit<Mouse, 'read'>;

export function createInputParser({ marksPastes = true }: ParserOptions = {}): InputParser {
  let sequence: Sequence | undefined;
  /** It was given up: it is read to its end, and stands for nothing any more. */
  let isLate = false;
  /** An escape was given up and is a key now: what it introduced may still come. */
  let restMayCome = false;
  let paste: PasteReader | undefined;
  /** The paste was given up, and is an event now. */
  let isPasteLate = false;
  /** The escape that ended a late paste: what it starts stands for nothing. */
  let escapeIsLate = false;
  /** The first bytes of a character. */
  let partial: Buffer = Buffer.alloc(0);
  let reads = 0;
  let sequences = 0;
  let events: InputEvent[] = [];

  const emit = (...found: readonly (Unread | undefined)[]) => {
    for (const event of found) {
      if (event) events.push(event.kind === 'key' || event.kind === 'mouse' ? { ...event, read: reads } : event);
    }
  };
  const takeEvents = (): InputEvent[] => {
    const taken = events;
    events = [];
    return taken;
  };

  function push(chunk: Uint8Array | string): InputEvent[] {
    reads++;
    const given: Buffer = Buffer.from(chunk as Uint8Array);
    if (isPasteLate) leaveLatePaste(given);
    let bytes: Buffer = partial.length > 0 ? Buffer.concat([partial, given]) : given;
    partial = Buffer.alloc(0);
    let index = 0;
    while (index < bytes.length) {
      if (paste) {
        bytes = takePaste(paste, bytes.subarray(index));
        index = 0;
      } else if (sequence) {
        index = takeByte(sequence, bytes[index] as number) ? index + 1 : index;
      } else {
        index = takeText(bytes, index);
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

  /** Esc or ctrl-C by itself ends a paste whose end mark was lost; that Esc may be the mark's first byte, so it is no key. */
  function leaveLatePaste(given: Buffer): void {
    if (given.equals(LONE_CTRL_C)) endPaste();
    if (!given.equals(LONE_ESC)) return;
    endPaste();
    escapeIsLate = true;
  }

  /** False when the byte is to be read again. */
  function takeByte(now: Sequence, byte: number): boolean {
    const taken = now.take(byte);
    if (taken === 'more') return true;
    if (taken === 'two') {
      if (!isLate) emit(characterKey('\x1b', '\x1b', false));
      begin(false);
      return false;
    }
    const meaning = now.meaning();
    const late = isLate;
    sequence = undefined;
    isLate = false;
    if (meaning?.kind === 'control' && meaning.final === '~' && meaning.parameters === '200') {
      paste = createPasteReader();
    } else if (meaning && !late) emit(eventOf(meaning, now.raw(), now.alt()));
    return taken === 'end';
  }

  /** Characters up to the next sequence; answers where that starts. */
  function takeText(bytes: Buffer, start: number): number {
    const isRest = restMayCome;
    restMayCome = false;
    const first = bytes[start] as number;
    if (first === ESC) {
      begin(escapeIsLate);
      return start + 1;
    }
    if (isRest && introduces(first)) {
      begin(true);
      return start;
    }
    // C1 controls are no characters: CSI in one byte, or in two of UTF-8.
    if (first >= 0x80 && first < 0xa0) return beginC1(first, start + 1);
    const second = bytes[start + 1];
    if (first === 0xc2 && second !== undefined && second < 0xa0 && isContinuation(second))
      return beginC1(second, start + 2);
    const end = endOfText(bytes, start);
    emit(...typed(bytes.toString('utf8', start, end)));
    if (end < bytes.length && !startsSequence(bytes, end)) {
      partial = Buffer.from(bytes.subarray(end));
      return bytes.length;
    }
    return end;
  }

  function begin(late: boolean): void {
    sequence = createSequence();
    sequences++;
    isLate = late;
    escapeIsLate = false;
  }

  function beginC1(c1: number, next: number): number {
    const introducer = introducerOf(c1);
    if (!introduces(introducer)) return next;
    begin(false);
    sequence?.take(introducer);
    return next;
  }

  /** Keys one by one; or a paste, where a terminal without bracketed paste delivers it like typing. */
  function typed(text: string): readonly Unread[] {
    if (!marksPastes && text.length >= FEWEST_PASTED && new Set(text).size >= FEWEST_DIFFERENT) {
      return [{ kind: 'paste', text: pastedText(text) }];
    }
    const characters = LATIN.test(text) ? [...text] : [...clusters(text)];
    return characters.map((character) => characterKey(character, character, false));
  }

  function giveUp(): InputEvent[] {
    if (paste) {
      if (isPasteLate) endPaste();
      else {
        emit({ kind: 'paste', text: paste.text() });
        isPasteLate = true;
      }
      restMayCome = false;
      return takeEvents();
    }
    const given = sequence;
    const wasRest = isLate || restMayCome;
    restMayCome = false;
    if (!given || wasRest) {
      sequence = undefined;
      isLate = false;
      return takeEvents();
    }
    const progress = given.progress();
    if (progress === 'escape') {
      const esc = characterKey('\x1b', '\x1b', false);
      emit(esc, given.alt() ? esc : undefined);
      sequence = undefined;
      restMayCome = true;
      return takeEvents();
    }
    // Alt with a character that could have started a sequence: alt-[, alt-O.
    if (progress === 'introduced' && !given.alt()) emit(characterKey(given.raw().slice(1), given.raw(), true));
    isLate = true;
    return takeEvents();
  }

  return {
    push,
    giveUp,
    reads: () => reads,
    sequences: () => sequences,
    pending() {
      if (paste) return isPasteLate ? 'paste rest' : 'paste';
      if (isLate || restMayCome) return 'rest';
      if (sequence) return sequence.progress() === 'escape' ? 'escape' : 'sequence';
      return undefined;
    },
    flush() {
      const given = giveUp();
      sequence = undefined;
      paste = undefined;
      isLate = false;
      isPasteLate = false;
      restMayCome = false;
      partial = Buffer.alloc(0);
      return given;
    },
  };
}

const LONE_ESC = Buffer.from('\x1b');
const LONE_CTRL_C = Buffer.from('\x03');

function eventOf(meaning: Meaning, raw: string, alt: boolean): Unread | undefined {
  switch (meaning.kind) {
    case 'string':
      return undefined;
    case 'character':
      return characterKey(meaning.text, raw, true);
    case 'coordinates':
      return meaning.values.length === 3 ? x10Mouse(meaning.values) : undefined;
    case 'console':
      return consoleKey(meaning.final, raw, alt);
    case 'ss3':
      return ss3Key(meaning.parameters, meaning.final, raw, alt);
    case 'control': {
      const { parameters, final } = meaning;
      if (parameters.startsWith('<')) return final === 'M' || final === 'm' ? sgrMouse(parameters, final) : undefined;
      if (final === 'M') return urxvtMouse(parameters);
      if (parameters === '' && (final === 'I' || final === 'O')) return { kind: 'focus', focused: final === 'I' };
      return csiKey(parameters, final, raw, alt);
    }
  }
}

/** No clusters in there, and no segmenter to load for the first key. */
const LATIN = /^[\x00-\u02ff]*$/;

/** More than is typed between two reads; held keys repeat one or two characters. */
const FEWEST_PASTED = 24;
const FEWEST_DIFFERENT = 8;

/** An escape, or a C1 control in one byte or in two; of the latter the second one may be missing yet. */
function startsSequence(bytes: Buffer, at: number): boolean {
  const byte = bytes[at] as number;
  if (byte === ESC || (byte >= 0x80 && byte < 0xa0)) return true;
  const next = bytes[at + 1];
  return byte === 0xc2 && next !== undefined && next >= 0x80 && next < 0xa0;
}

/** The end of the whole characters from `start` on: the next sequence, a character that is not complete, or the end. */
function endOfText(bytes: Buffer, start: number): number {
  let index = start;
  while (index < bytes.length && !startsSequence(bytes, index)) {
    const more = continuations(bytes[index] as number);
    const end = index + 1 + more;
    let next = index + 1;
    while (next < end && next < bytes.length && isContinuation(bytes[next] as number)) next++;
    // Cut by the end of the read, and not by a byte that does not belong to it.
    if (next === bytes.length && next < end) return index;
    index = next;
  }
  return index;
}
