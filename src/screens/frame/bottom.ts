import type { ColourWord } from '../../state/theme/theme-file.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import { wrapped } from '../components/wrap.ts';
import type { FrameLayout } from './frame-layout.ts';
import { keyBar } from './key-bar.ts';
import type { Hint } from './layers.ts';
import type { Look } from './look.ts';
import type { Message, Tone } from './message.ts';

const COLOURS: Readonly<Record<Tone, ColourWord>> = {
  info: 'accent',
  good: 'good',
  warning: 'warning',
  danger: 'danger',
};

export interface Bottom {
  readonly message: Message | undefined;
  readonly hints: readonly Hint[];
  /** Stands where messages are while there is none; empty for nothing. */
  readonly otherwise: string;
  /** How many lines there are for all of it; see `bottomRows`. */
  readonly lines: number;
}

/** A message is read once; the user works with the view, which must keep its lines. */
const MOST_MESSAGE_LINES = 3;

/** How many lines the bottom wants: a message that is longer than a line takes some from the view, never the keys'. */
export function bottomRows(message: Message | undefined, { body, bottom }: FrameLayout): number {
  if (!message || bottom === 1) return bottom;
  const most = Math.max(1, Math.min(MOST_MESSAGE_LINES, Math.floor(body.rows / 4)));
  return Math.min(most, toldLines(message, body.columns).length) + 1;
}

/** What happened with the next step, and the keys below. Where there is one line only, a message takes it. */
export function bottomLines(
  { message, hints, otherwise, lines }: Bottom,
  columns: number,
  look: Look,
): readonly string[] {
  const keys = keyBar(hints, columns, look);
  if (!message) return lines === 1 ? [keys] : [otherwise, keys];
  const { theme } = look;
  const room = columns - 2;
  const told = toldLines(message, columns);
  const most = Math.max(1, lines - 1);
  const shown = told.slice(0, most).map(({ text, fix }, at) => {
    // What has no room left is seen to go on.
    const isCut = at === most - 1 && told.length > most;
    const end = (part: string) => (isCut ? fit(`${part} ${told[at + 1]?.text}…`, room) : part);
    if (text === '') return ` ${theme.paint('accent', end(fix))}`;
    const what = theme.paint(COLOURS[message.tone], end(text));
    return fix === '' ? ` ${what}` : ` ${what}  ${theme.paint('dim', fix)}`;
  });
  return lines === 1 ? shown : [...shown, keys];
}

/** Whether the last line shows the keys now, so that they can be clicked. */
export const showsKeys = (message: Message | undefined, { bottom }: FrameLayout): boolean => !message || bottom > 1;

interface ToldLine {
  readonly text: string;
  readonly fix: string;
}

/** The next step stands behind what happened where both fit into a line. */
function toldLines({ text, fix = '' }: Message, columns: number): readonly ToldLine[] {
  const room = columns - 2;
  if (width(clean(text)) + 2 + width(clean(fix)) <= room) return [{ text: clean(text), fix: clean(fix) }];
  return [
    ...wrapped(text, room).map((line) => ({ text: line, fix: '' })),
    ...wrapped(fix, room).map((line) => ({ text: '', fix: line })),
  ];
}
