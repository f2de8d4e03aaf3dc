/**
 * What a guest writes, made safe for a terminal: text, colours and the cursor come through; what sets something outside of the
 * screen, or makes the terminal answer, does not (ECMA-48 and xterm's control sequences). Only sequences that were read whole
 * and are known come out, so that a terminal can't read them in another way than it was done here.
 */
import { CLIPBOARD_BYTES } from './clipboard.ts';

/** What a configuration may let through all the same. */
export const GUEST_POWERS = ['clipboard', 'title', 'queries'] as const;
export type GuestPower = (typeof GUEST_POWERS)[number];

export interface GuestFilter {
  /** Takes bytes of a UTF-8 stream in any pieces; answers what of them a terminal may have. */
  push(bytes: Uint8Array): string;
}

/** A sequence, a title and a clipboard that are longer than any program means are left out. */
const MOST_SEQUENCE = 256;
const MOST_TITLE = 256;
const MOST_STRING = Math.ceil(CLIPBOARD_BYTES / 3) * 4 + MOST_SEQUENCE;
/** As far as a cursor is ever sent; as often as anything is repeated in one sequence. More would keep a terminal busy. */
const FARTHEST = 9_999;
const MOST_REPEATS = 500;
/** More marks than this on one letter paint over other lines, and could grow without end. */
const MOST_MARKS = 4;

const CONTROL = /[\x00-\x1f\x7f-\x9f]/g;
const CSI = /\x1b\[([<=>?]?)([\d;:]*)([ -/]*)([@-~])/y;
/** Anything that a terminal would read as one, whatever is in it. */
const ANY_CSI = /\x1b\[[0-?]*[ -/]*[@-~]?/y;
const ESCAPE = /\x1b([ -/]*)([0-~])/y;
const UNFINISHED = /\x1b(?:\[[0-?]*[ -/]*|[ -/]*)$/y;
/** The rest of a sequence that is too long to be one, behind its parameters or behind what is between them and its end. */
const REST = { parameters: /[0-?]*([ -/]*)[@-~]?/y, between: /([ -/]*)[@-~]?/y } as const;
/** Ends a string, or breaks it off. */
const STRING_END = /[\x07\x18\x1a\x1b]/g;

/** Bell, backspace, tab, line ends, and the two character sets. */
const CONTROLS = new Set('\x07\b\t\n\v\f\r\x0e\x0f');
/** Cursor, erasing, inserting, colours, scrolling, tabs, the margins, a saved cursor. */
const FINALS = new Set('@ABCDEFGHIJKLMPSTXZ`abdefgmrsu');
const REPEATS = new Set('@ILMPSTXZb');
/** xterm's highlight tracking has the same letter as scrolling down; it waits for an answer. */
const ONE_PARAMETER = new Set('T');
/** Cursor keys, reverse video, origin, wrapping, the cursor, keypad, the alternate screen, mouse, focus, pastes, whole frames. */
const PRIVATE_MODES = new Set(
  '1 5 6 7 12 25 47 66 1000 1002 1003 1004 1005 1006 1015 1047 1048 1049 2004 2026'.split(' '),
);
const INSERT_MODE = '4';
/** Saved cursor, lines, tabs, keypad, character sets, the test picture. */
const ESCAPES = /^(?:[78DEHM=>]|[()*+][0-2A-Z]|#8)$/;
const FULL_RESET = 'c';
/** What is there is cleared, but not what was scrolled off, nor how the terminal is set up otherwise. */
const MILD_RESET = '\x1b[!p\x1b[r\x1b[H\x1b[2J';

const TITLE = /^[012];/;
/** Setting it only: reading it is never let through. */
const CLIPBOARD = /^52;[a-z0-7]*;[A-Za-z\d+/=]+$/;
const COLOUR_QUERY = /^(?:4;\d+|1\d);\?$/;
const SETTING_QUERY = /^(?:\$q[ -~]{1,8}|\+q[\da-fA-F;]{1,64})$/;
/** Sizes only: a title that is reported would be typed. */
const SIZE_QUERY = /^1[4-9]$/;

const MARK = '[\\p{M}\\p{Cf}\\u1160-\\u11ff]';
const MARKS = new RegExp(`(${MARK}{${MOST_MARKS}})${MARK}+`, 'gu');
const FIRST_MARKS = new RegExp(`^${MARK}+`, 'u');
const LAST_MARKS = new RegExp(`${MARK}*$`, 'u');
/** Direction marks, invisible fillers and tags; joiners stay, since scripts and emoji need them. */
const UNSEEN =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const PLAIN = /^[\x20-\x7e\u2500-\u259f]*$/;

/** `powers`: what is let through in addition. */
export function createGuestFilter(powers: ReadonlySet<GuestPower> = new Set()): GuestFilter {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The start of a sequence whose end has not come. */
  let begun = '';
  /** A sequence that is left out is still going on. */
  let skipped: keyof typeof REST | undefined;
  /** The string that is open: the character that began it, and what came of it; undefined content is too long to be kept. */
  let open: { readonly kind: string; content: string | undefined } | undefined;
  /** How many marks the last text ended in. */
  let marks = 0;

  function plain(text: string): string {
    if (PLAIN.test(text)) {
      if (text !== '') marks = 0;
      return text;
    }
    const seen = text.replace(UNSEEN, '');
    const first = FIRST_MARKS.exec(seen)?.[0] ?? '';
    const room = Math.max(0, MOST_MARKS - marks);
    const kept = [...first].slice(0, room).join('') + seen.slice(first.length).replace(MARKS, '$1');
    const last = [...(LAST_MARKS.exec(kept)?.[0] ?? '')].length;
    if (seen !== '') marks = first === seen ? marks + last : last;
    return kept;
  }

  function finished(kind: string, content: string | undefined): string {
    if (content === undefined) return '';
    if (kind === ']') {
      const isLet =
        (powers.has('title') && TITLE.test(content) && content.length <= MOST_TITLE) ||
        (powers.has('clipboard') && CLIPBOARD.test(content)) ||
        (powers.has('queries') && COLOUR_QUERY.test(content));
      return isLet ? `\x1b]${content}\x07` : '';
    }
    return kind === 'P' && powers.has('queries') && SETTING_QUERY.test(content) ? `\x1bP${content}\x1b\\` : '';
  }

  function sequence(mark: string, parameters: string, between: string, final: string): string {
    if (mark + between === '' && FINALS.has(final)) return moved(parameters, final);
    if (final === 'h' || final === 'l') return between === '' ? mode(mark, parameters, final) : '';
    if (mark === '?' && between === '' && (final === 'J' || final === 'K'))
      return parameters.length <= 1 && parameters !== '3' ? `\x1b[?${parameters}${final}` : '';
    if (mark === '' && between === '!' && final === 'p') return '\x1b[!p';
    return powers.has('queries') && isQuery(mark, parameters, between, final)
      ? `\x1b[${mark}${parameters}${between}${final}`
      : '';
  }

  /** From a control character on; answers where what follows it begins, or undefined when its end has not come. */
  function control(text: string, at: number, put: (part: string) => void): number | undefined {
    if (text[at] !== '\x1b') {
      if (CONTROLS.has(text[at] ?? '')) put(text[at] ?? '');
      return at + 1;
    }
    UNFINISHED.lastIndex = at;
    if (UNFINISHED.test(text)) {
      if (text.length - at <= MOST_SEQUENCE) return undefined;
      skipped = /[ -/]$/.test(text) ? 'between' : 'parameters';
      return text.length;
    }
    ANY_CSI.lastIndex = at;
    if (ANY_CSI.test(text)) {
      const end = ANY_CSI.lastIndex;
      CSI.lastIndex = at;
      const read = CSI.exec(text);
      if (read && end - at <= MOST_SEQUENCE) put(sequence(...(read.slice(1) as [string, string, string, string])));
      return end;
    }
    ESCAPE.lastIndex = at;
    const read = ESCAPE.exec(text);
    if (!read) return at + 1;
    const [whole, between = '', final = ''] = read;
    if (between === '' && ']PX^_'.includes(final)) open = { kind: final, content: '' };
    else if (between === '' && final === FULL_RESET) put(MILD_RESET);
    else if (ESCAPES.test(between + final)) put(whole);
    return at + whole.length;
  }

  /** Of the string that is open; answers where what follows it begins. */
  function string(text: string, at: number, put: (part: string) => void): number {
    const { kind, content } = open as NonNullable<typeof open>;
    STRING_END.lastIndex = at;
    const end = STRING_END.exec(text)?.index ?? text.length;
    const more = text.slice(at, end);
    const isKept = content !== undefined && content.length + more.length <= MOST_STRING && !more.match(CONTROL);
    const kept = isKept ? content + more : undefined;
    open = { kind, content: kept };
    if (end === text.length) return end;
    const how = text[end];
    // Whether an escape ends the string or breaks it off is known with the next character.
    if (how === '\x1b' && end + 1 === text.length) {
      begun = '\x1b';
      return text.length;
    }
    open = undefined;
    if (how === '\x07' || (how === '\x1b' && text[end + 1] === '\\')) put(finished(kind, kept));
    if (how !== '\x1b') return end + 1;
    return text[end + 1] === '\\' ? end + 2 : end;
  }

  return {
    push(bytes) {
      const text = begun + decoder.decode(bytes, { stream: true });
      begun = '';
      let kept = '';
      const put = (part: string) => {
        kept += part;
      };
      for (let at = 0; at < text.length; ) {
        if (open) {
          at = string(text, at, put);
          continue;
        }
        if (skipped) {
          const rest = REST[skipped];
          rest.lastIndex = at;
          const between = rest.exec(text)?.[1] ?? '';
          at = rest.lastIndex;
          // At the end of this piece it goes on, unless that was its last character.
          if (at < text.length || /[@-~]$/.test(text)) skipped = undefined;
          else if (between !== '') skipped = 'between';
          continue;
        }
        CONTROL.lastIndex = at;
        const next = CONTROL.exec(text)?.index ?? text.length;
        if (next > at) put(plain(text.slice(at, next)));
        at = next;
        if (at === text.length) break;
        marks = 0;
        const behind = control(text, at, put);
        if (behind === undefined) begun = text.slice(at);
        at = behind ?? text.length;
      }
      return kept;
    },
  };
}

function moved(parameters: string, final: string): string {
  // What was scrolled off is kept, whatever clears the screen.
  if (final === 'J' && parameters === '3') return '';
  if (ONE_PARAMETER.has(final) && parameters.includes(';')) return '';
  if (final === 'm') return `\x1b[${parameters}m`;
  const most = REPEATS.has(final) ? MOST_REPEATS : FARTHEST;
  return `\x1b[${parameters.replace(/\d{3,}/g, (digits) => String(Math.min(Number(digits), most)))}${final}`;
}

function mode(mark: string, parameters: string, final: string): string {
  if (mark === '') return parameters === INSERT_MODE ? `\x1b[${INSERT_MODE}${final}` : '';
  if (mark !== '?') return '';
  const known = parameters.split(';').filter((number) => PRIVATE_MODES.has(number));
  return known.length > 0 ? `\x1b[?${known.join(';')}${final}` : '';
}

/** What the terminal is, where the cursor is, how a mode or a size is. */
function isQuery(mark: string, parameters: string, between: string, final: string): boolean {
  const kind = `${mark}${between}${final}`;
  if (kind === 't') return SIZE_QUERY.test(parameters);
  return ['c', '>c', '=c', 'n', '?n', '>q', '$p', '?$p'].includes(kind) && /^\d{0,5}$/.test(parameters);
}
