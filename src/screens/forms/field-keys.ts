import { choicesOf, spell } from '../../state/fields.ts';
import type { Key } from '../../terminal/keys.ts';
import { edited, textInput } from '../components/text-input.ts';
import type { AnyField } from './any-field.ts';
import type { FormValues } from './form-values.ts';
import { isHeld } from './held.ts';

/**
 * What a key does to the field that the cursor is on: text is typed, choices are gone through. `isChosen`: an object, which is
 * chosen from a list of its own and can only be emptied here.
 */
export function pressField(shown: FormValues, field: AnyField, isChosen: boolean, key: Key): void {
  if (!field.writable || isHeld(field)) return;
  const isErased = key.name === 'backspace' || key.name === 'delete';
  if (isChosen || choicesOf(field).length > 0) {
    if (isErased) shown.put(field, textInput());
    else if (isChosen) return;
    else if (key.name === 'left') cycle(shown, field, -1);
    else if (key.name === 'right' || key.name === 'space') cycle(shown, field, 1);
    return;
  }
  const next = edited(shown.inputOf(field), key);
  if (next) shown.put(field, next);
}

function cycle(shown: FormValues, field: AnyField, by: number): void {
  const choices = choicesOf(field);
  const now = shown.inputOf(field).text || (field.default === undefined ? '' : spell(field, field.default));
  const next = (choices.indexOf(now) + by + choices.length) % choices.length;
  shown.put(field, textInput(choices[next] ?? ''));
}
