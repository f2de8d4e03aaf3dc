import type { ColourWord } from '../../state/theme.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import type { Hint } from '../layers.ts';
import type { Look } from '../look.ts';
import type { Message, Tone } from '../message.ts';
import { keyBar } from './key-bar.ts';

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
  readonly lines: 1 | 2;
}

/**
 * What happened, and the keys. A next step that does not fit behind what happened takes the place of the keys until a key
 * is pressed: it is worth more then. Where there is one line only, a message takes it.
 */
export function bottomLines(
  { message, hints, otherwise, lines }: Bottom,
  columns: number,
  look: Look,
): readonly string[] {
  const keys = keyBar(hints, columns, look);
  if (!message) return lines === 1 ? [keys] : [otherwise, keys];
  const { theme } = look;
  const room = columns - 2;
  const text = clean(message.text);
  const fix = message.fix === undefined ? '' : clean(message.fix);
  const told = ` ${theme.paint(COLOURS[message.tone], fit(text, Math.min(width(text), room)))}`;
  const first = fix !== '' && fitsBehind(message, columns) ? `${told}  ${theme.paint('dim', fix)}` : told;
  if (lines === 1) return [first];
  return [
    first,
    showsKeys({ message, lines }, columns) ? keys : ` ${theme.paint('accent', fit(fix, Math.min(width(fix), room)))}`,
  ];
}

/** Whether the last line shows the keys now, so that they can be clicked. */
export function showsKeys({ message, lines }: Pick<Bottom, 'message' | 'lines'>, columns: number): boolean {
  if (!message) return true;
  return lines === 2 && (message.fix === undefined || fitsBehind(message, columns));
}

const fitsBehind = ({ text, fix = '' }: Message, columns: number): boolean =>
  width(clean(text)) + 2 + width(clean(fix)) <= columns - 2;
