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

/**
 * The two lines at the bottom: what happened, and the keys. A next step that does not fit behind what happened takes the
 * place of the keys until a key is pressed: it is worth more then.
 */
export function bottomLines(
  message: Message | undefined,
  hints: readonly Hint[],
  columns: number,
  look: Look,
): readonly [string, string] {
  const room = columns - 2;
  const keys = () => hintText(hints, columns, look);
  if (!message) return ['', keys()];
  const { theme } = look;
  const text = clean(message.text);
  const fix = message.fix === undefined ? '' : clean(message.fix);
  const told = ` ${theme.paint(COLOURS[message.tone], fit(text, Math.min(width(text), room)))}`;
  if (fix === '') return [told, keys()];
  if (width(text) + 2 + width(fix) <= room) return [`${told}  ${theme.paint('dim', fix)}`, keys()];
  return [told, ` ${theme.paint('accent', fit(fix, Math.min(width(fix), room)))}`];
}

/** The keys that have a meaning now, as many as there is room for; a disabled one is dim and says why when pressed. */
function hintText(hints: readonly Hint[], columns: number, look: Look): string {
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
