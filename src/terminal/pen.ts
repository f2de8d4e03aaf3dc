/** Colours and attributes of text (SGR, ECMA-48 8.3.117 and xterm's colours), read from and written as sequences. */

/** Immutable. Colours are kept as the parameters that set them: `31`, `38;5;208`, `48;2;1;2;3`; empty = default. */
export interface Pen {
  /** One bit per attribute of ATTRIBUTES. */
  readonly attributes: number;
  readonly foreground: string;
  readonly background: string;
}

export const PLAIN_PEN: Pen = { attributes: 0, foreground: '', background: '' };

/** On and off code of each attribute; bold and dim are switched off together. */
const ATTRIBUTES = [
  { on: 1, off: 22 },
  { on: 2, off: 22 },
  { on: 3, off: 23 },
  { on: 4, off: 24 },
  { on: 5, off: 25 },
  { on: 7, off: 27 },
  { on: 8, off: 28 },
  { on: 9, off: 29 },
  { on: 53, off: 55 },
] as const;

const bitOf = (on: number): number => 1 << ATTRIBUTES.findIndex((attribute) => attribute.on === on);
/** Underline, inverse, strike-through, overline. */
const DRAWS_ON_BLANKS = bitOf(4) | bitOf(7) | bitOf(9) | bitOf(53);

/** The pen after a sequence with these parameters: `1;31`. Unknown ones change nothing. */
export function applySgr(pen: Pen, parameters: string): Pen {
  let { attributes, foreground, background } = pen;
  const codes = parameters.split(';');
  for (let index = 0; index < codes.length; index++) {
    const code = Number(codes[index]);
    if (code === 0) {
      attributes = 0;
      foreground = '';
      background = '';
    } else if (code === 38 || code === 48 || code === 58) {
      const length = codes[index + 1] === '2' ? 5 : 3;
      const colour = codes.slice(index, index + length).join(';');
      if (code === 38) foreground = colour;
      else if (code === 48) background = colour;
      index += length - 1;
    } else if (code === 39) foreground = '';
    else if (code === 49) background = '';
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) foreground = String(code);
    else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) background = String(code);
    else {
      for (const [bit, { on, off }] of ATTRIBUTES.entries()) {
        if (code === on) attributes |= 1 << bit;
        else if (code === off) attributes &= ~(1 << bit);
      }
    }
  }
  return { attributes, foreground, background };
}

/** The parameters that set this pen when everything was off: one string per look, so it serves as a key too. */
export function penKey(pen: Pen): string {
  const codes: (number | string)[] = ATTRIBUTES.filter((_, bit) => pen.attributes & (1 << bit)).map(({ on }) => on);
  if (pen.foreground) codes.push(pen.foreground);
  if (pen.background) codes.push(pen.background);
  return codes.join(';');
}

/** What is left of a pen on a blank: its background, unless something is drawn there in the foreground too. */
export const penOnBlanks = (pen: Pen): Pen =>
  pen.attributes & DRAWS_ON_BLANKS ? pen : { ...PLAIN_PEN, background: pen.background };

/** The shortest sequence that turns one pen into the other. */
export function penChange(from: Pen, to: Pen): string {
  const key = penKey(to);
  if (penKey(from) === key) return '';
  if (key === '') return '\x1b[m';
  const fresh = `\x1b[0;${key}m`;
  const codes: (number | string)[] = [];
  const gone = from.attributes & ~to.attributes;
  let lasting = from.attributes & to.attributes;
  for (const [bit, { off }] of ATTRIBUTES.entries()) {
    if (!(gone & (1 << bit)) || codes.includes(off)) continue;
    codes.push(off);
    for (const [other, { off: sameOff }] of ATTRIBUTES.entries()) if (sameOff === off) lasting &= ~(1 << other);
  }
  for (const [bit, { on }] of ATTRIBUTES.entries()) if (to.attributes & ~lasting & (1 << bit)) codes.push(on);
  if (from.foreground !== to.foreground) codes.push(to.foreground || 39);
  if (from.background !== to.background) codes.push(to.background || 49);
  const changed = `\x1b[${codes.join(';')}m`;
  return changed.length < fresh.length ? changed : fresh;
}
