import type { ColourWord } from '../../state/theme.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import type { Hint } from '../layers.ts';
import type { Look } from '../look.ts';
import type { Message, Tone } from '../message.ts';

const COLOURS: Readonly<Record<Tone, ColourWord>> = {
  info: 'accent',
  good: 'good',
  warning: 'warning',
  danger: 'danger',
};

/** What happened, with the next step behind it. */
export function messageText(message: Message | undefined, columns: number, { theme }: Look): string {
  if (!message) return '';
  const text = clean(message.text);
  const shown = fit(text, Math.min(width(text), columns - 2));
  const room = columns - 4 - width(shown);
  const fix = message.fix === undefined || room < 12 ? '' : `  ${theme.paint('dim', fit(clean(message.fix), room))}`;
  return ` ${theme.paint(COLOURS[message.tone], shown)}${fix}`;
}

/** The keys that have a meaning now, as many as there is room for; a disabled one is dim and says why when pressed. */
export function hintText(hints: readonly Hint[], columns: number, look: Look): string {
  const always = hints.filter(({ always }) => always);
  const tail = fitting(always, columns, look);
  const rest = fitting(
    hints.filter(({ always }) => !always),
    columns - tail.width,
    look,
  );
  return rest.text + tail.text;
}

function fitting(hints: readonly Hint[], columns: number, { theme }: Look): { text: string; width: number } {
  let text = '';
  let used = 0;
  for (const { key, does, disabled } of hints) {
    const wide = 1 + width(key) + 1 + width(does) + 1;
    if (used + wide > columns) break;
    text += ` ${theme.paint(disabled ? 'dim' : 'key', key)} ${disabled ? theme.paint('dim', does) : does} `;
    used += wide;
  }
  return { text, width: used };
}
