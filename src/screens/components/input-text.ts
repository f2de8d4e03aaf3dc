import { fit, width } from '../../terminal/width.ts';
import type { Look } from '../frame/look.ts';
import { caretView, type TextInput } from './text-input.ts';

/**
 * A line that is being typed, exactly `columns` wide, with the caret where the next character goes; or why
 * nothing was added.
 */
export function inputText(input: TextInput, columns: number, focused: boolean, { theme }: Look): string {
  if (input.refused !== undefined) return theme.paint('warning', fit(input.refused, columns));
  const [before, under, after] = caretView(input, columns);
  const blank = ' '.repeat(Math.max(0, columns - width(before + under + after)));
  if (focused && input.selected) return theme.paint('cursor', before) + theme.paint('input', under + after + blank);
  if (!focused) return theme.paint('input', before + under + after + blank);
  return theme.paint('input', before) + theme.paint('cursor', under) + theme.paint('input', after + blank);
}
