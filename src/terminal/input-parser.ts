import { characterKey, csiKey, type InputEvent, mouseReport, ss3Key } from './keys.ts';
import { clusters } from './width.ts';

/** Cuts the stream of characters from a terminal into events. Keeps what may go on in the next chunk. */
export interface InputParser {
  push(chunk: string): InputEvent[];
  /** True while a started sequence or paste waits for its rest. */
  isPending(): boolean;
  isPasting(): boolean;
  /** Nothing more came in time: an escape alone is the Esc key, other beginnings are dropped. */
  flush(): InputEvent[];
}

const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';
const MOST_PASTED = 1024 * 1024;
/** Longer than any key or report: a string that never ends is dropped. */
const LONGEST_SEQUENCE = 4096;

/** The first way is rxvt's for shift, with a character that otherwise never ends a sequence. */
const CSI = /\x1b\[(?:([235678])(\$)|(\[?[0-?]*[ -/]*)([@-~]))/y;
const CSI_START = /\x1b\[\[?[0-?]*[ -/]*$/y;
/** Answers of the terminal to questions, of no interest here: OSC, DCS, SOS, PM, APC up to their end. */
const ANSWER = /\x1b[\]P^_X][^\x07\x1b]*(?:\x07|\x1b\\)/y;
const ANSWER_START = /\x1b[\]P^_X][^\x07\x1b]*\x1b?$/y;

interface Step {
  readonly end: number;
  readonly event?: InputEvent | undefined;
}

export function createInputParser(): InputParser {
  let pending = '';
  /** Text of a paste that is under way. */
  let pasted: string | undefined;

  function push(chunk: string): InputEvent[] {
    const events: InputEvent[] = [];
    const text = pending + chunk;
    pending = '';
    let index = 0;
    while (index < text.length) {
      if (pasted !== undefined) {
        index = takePaste(text, index, events);
      } else if (text.startsWith(PASTE_START, index)) {
        pasted = '';
        index += PASTE_START.length;
      } else if (text[index] === '\x1b') {
        const step = readEscape(text, index);
        if (!step) {
          pending = text.slice(index);
          break;
        }
        if (step.event) events.push(step.event);
        index = step.end;
      } else {
        const next = text.indexOf('\x1b', index);
        const end = next < 0 ? text.length : next;
        events.push(...typed(text.slice(index, end)));
        index = end;
      }
    }
    return events;
  }

  function takePaste(text: string, start: number, events: InputEvent[]): number {
    const end = text.indexOf(PASTE_END, start);
    // The end mark may come in two chunks: its beginning waits for the rest.
    const upTo = end < 0 ? text.length - beginningAtEnd(text, PASTE_END) : end;
    pasted = ((pasted ?? '') + text.slice(start, upTo)).slice(0, MOST_PASTED);
    if (end < 0) {
      pending = text.slice(upTo);
      return text.length;
    }
    events.push(paste(pasted));
    pasted = undefined;
    return end + PASTE_END.length;
  }

  return {
    push,
    isPending: () => pending !== '' || pasted !== undefined,
    isPasting: () => pasted !== undefined,
    flush() {
      const rest = pending;
      const unended = pasted;
      pending = '';
      pasted = undefined;
      if (unended !== undefined) return [paste(unended)];
      if (rest.length === 1) return [characterKey('\x1b', rest, false)];
      // Alt with a character that could have started a sequence: alt-[, alt-O, alt-Esc.
      return rest.length === 2 ? [characterKey(rest.slice(1), rest, true)] : [];
    },
  };
}

/** The sequence at `start`, or undefined when its end has not come yet. */
function readEscape(text: string, start: number): Step | undefined {
  const second = text[start + 1];
  if (second === undefined) return undefined;
  if (second === '\x1b') {
    // Some terminals say alt by one more escape before the key's own sequence.
    const inner = text[start + 2];
    if (inner === undefined) return undefined;
    if (inner !== '[' && inner !== 'O') return { end: start + 1, event: characterKey('\x1b', '\x1b', false) };
    return readSequence(text, start + 1, true);
  }
  return readSequence(text, start, false);
}

function readSequence(text: string, start: number, alt: boolean): Step | undefined {
  const second = text[start + 1] ?? '';
  if (second === '[') {
    const match = matchAt(CSI, text, start);
    if (match) {
      const [raw, shifted, ending, parameters = shifted, final = ending] = match;
      return { end: CSI.lastIndex, event: csiEvent(parameters ?? '', final ?? '', raw, alt) };
    }
    return mayGoOn(CSI_START, text, start) ? undefined : { end: start + 2 };
  }
  if (second === 'O') {
    const letter = text[start + 2];
    if (letter === undefined) return undefined;
    const raw = text.slice(start, start + 3);
    return { end: start + 3, event: ss3Key(letter, raw, alt) };
  }
  if (matchAt(ANSWER, text, start)) return { end: ANSWER.lastIndex };
  if (mayGoOn(ANSWER_START, text, start)) return undefined;
  const character = String.fromCodePoint(text.codePointAt(start + 1) ?? 0);
  return { end: start + 1 + character.length, event: characterKey(character, `\x1b${character}`, true) };
}

function csiEvent(parameters: string, final: string, raw: string, alt: boolean): InputEvent | undefined {
  if (parameters.startsWith('<')) return mouseReport(parameters, final);
  if (parameters === '' && (final === 'I' || final === 'O')) return { kind: 'focus', focused: final === 'I' };
  return csiKey(parameters, final, raw, alt);
}

function matchAt(pattern: RegExp, text: string, start: number): RegExpExecArray | null {
  pattern.lastIndex = start;
  return pattern.exec(text);
}

const mayGoOn = (pattern: RegExp, text: string, start: number): boolean =>
  text.length - start < LONGEST_SEQUENCE && matchAt(pattern, text, start) !== null;

/** How many of the last characters of `text` are the beginning of `mark`. */
function beginningAtEnd(text: string, mark: string): number {
  for (let length = mark.length - 1; length > 0; length--) if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}

const paste = (text: string): InputEvent => ({
  kind: 'paste',
  text: text.replace(/\r\n?/g, '\n').replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, ''),
});

/** No clusters in there, and no segmenter to load for the first key. */
const LATIN = /^[\x00-\u02ff]*$/;

/** Nobody types so much between two reads; held keys repeat one or two characters. */
const FEWEST_PASTED = 24;
const FEWEST_DIFFERENT = 8;

/** Keys one by one; or a paste, where a terminal without bracketed paste delivers it like typing. */
function typed(text: string): InputEvent[] {
  if (text.length >= FEWEST_PASTED && new Set(text).size >= FEWEST_DIFFERENT) return [paste(text)];
  const characters = LATIN.test(text) ? [...text] : [...clusters(text)];
  return characters.map((character) => characterKey(character, character, false));
}
