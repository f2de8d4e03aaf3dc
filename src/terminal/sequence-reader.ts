import { characterKey, consoleKey, csiKey, ss3Key, type UnreadEvent } from './keys.ts';
import { sgrMouse, urxvtMouse, x10Mouse } from './mouse-report.ts';
import {
  createSequence,
  ESC,
  introducerOf,
  introduces,
  isContinuation,
  type Meaning,
  type Sequence,
} from './sequence.ts';

/**
 * Reads one sequence after another to its end, whatever it is, and says what it stands for. One that was given up is read
 * to its end too, or its rest would be typed; it stands for nothing.
 */
export interface SequenceReader {
  /** Begins one if there is one at `start`, and answers where to go on; undefined where text is. */
  begin(bytes: Buffer, start: number): number | undefined;
  /** An escape has come that is no key: what it starts stands for nothing. */
  beginLate(): void;
  isOpen(): boolean;
  /** Takes what belongs to it, and answers where that ends. */
  read(bytes: Buffer, start: number): number;
  /** What it waits for; undefined between two sequences. `rest`: of one that was given up. */
  pending(): 'escape' | 'sequence' | 'rest' | undefined;
  /** How many have begun. */
  count(): number;
  /** Nothing more came in time: an escape alone is the Esc key. */
  giveUp(): void;
  /** Forgets what it waits for. */
  reset(): void;
}

export interface SequenceReaderOptions {
  readonly emit: (event: UnreadEvent) => void;
  /** The mark that begins a bracketed paste has been read: what follows is no sequence. */
  readonly onPaste: () => void;
}

export function createSequenceReader({ emit, onPaste }: SequenceReaderOptions): SequenceReader {
  let sequence: Sequence | undefined;
  /** It was given up: it is read to its end, and stands for nothing any more. */
  let isLate = false;
  /** An escape was given up and is a key now: what it introduced may still come. */
  let restMayCome = false;
  let count = 0;

  function open(late: boolean): void {
    sequence = createSequence();
    count++;
    isLate = late;
  }

  function openC1(c1: number, next: number): number {
    const introducer = introducerOf(c1);
    if (!introduces(introducer)) return next;
    open(false);
    sequence?.take(introducer);
    return next;
  }

  function close(): void {
    sequence = undefined;
    isLate = false;
  }

  /** False when the byte is to be read again. */
  function take(now: Sequence, byte: number): boolean {
    const taken = now.take(byte);
    if (taken === 'more') return true;
    if (taken === 'two') {
      if (!isLate) emit(characterKey('\x1b', '\x1b', false));
      open(false);
      return false;
    }
    const meaning = now.meaning();
    const event = meaning && !isLate ? eventOf(meaning, now.raw(), now.alt()) : undefined;
    close();
    if (meaning && beginsPaste(meaning)) onPaste();
    else if (event) emit(event);
    return taken === 'end';
  }

  return {
    begin(bytes, start) {
      const isRest = restMayCome;
      restMayCome = false;
      const first = bytes[start] as number;
      if (first === ESC) {
        open(false);
        return start + 1;
      }
      if (isRest && introduces(first)) {
        open(true);
        return start;
      }
      // C1 controls are no characters: CSI in one byte, or in two of UTF-8.
      if (first >= 0x80 && first < 0xa0) return openC1(first, start + 1);
      const second = bytes[start + 1];
      if (first === 0xc2 && second !== undefined && second < 0xa0 && isContinuation(second))
        return openC1(second, start + 2);
      return undefined;
    },
    beginLate: () => open(true),
    isOpen: () => sequence !== undefined,
    read(bytes, start) {
      let index = start;
      while (sequence && index < bytes.length) if (take(sequence, bytes[index] as number)) index++;
      return index;
    },
    pending() {
      if (isLate || restMayCome) return 'rest';
      return sequence && (sequence.progress() === 'escape' ? 'escape' : 'sequence');
    },
    count: () => count,
    giveUp() {
      const wasRest = isLate || restMayCome;
      restMayCome = false;
      if (!sequence || wasRest) return close();
      const progress = sequence.progress();
      if (progress === 'escape') {
        const esc = characterKey('\x1b', '\x1b', false);
        emit(esc);
        if (sequence.alt()) emit(esc);
        close();
        restMayCome = true;
        return;
      }
      // Alt with a character that could have started a sequence: alt-[, alt-O.
      if (progress === 'introduced' && !sequence.alt())
        emit(characterKey(sequence.raw().slice(1), sequence.raw(), true));
      isLate = true;
    },
    reset() {
      close();
      restMayCome = false;
    },
  };
}

const beginsPaste = (meaning: Meaning): boolean =>
  meaning.kind === 'control' && meaning.final === '~' && meaning.parameters === '200';

function eventOf(meaning: Meaning, raw: string, alt: boolean): UnreadEvent | undefined {
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
